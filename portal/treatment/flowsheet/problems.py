"""Why an entry of the bedside cannot be kept, in message ids; the edge says them in the reader's language. Pure."""

from portal.messages import N_

OTHER_CONTENT = N_(
    "An entry with this id was kept before and says something else. What was kept stands; correct it there."
)
IN_FUTURE = N_("%(time)s is still to come. Check the time, and the clock of this device.")
TOO_OLD = N_("%(time)s is more than 30 days ago. Check the day; write down what is older on the treatment's own page.")
BEFORE_ENROLMENT = N_("%(time)s is before the patient was enrolled (%(day)s). Check the time.")
NOT_GIVEN = N_(
    "This treatment is recorded as %(status)s. Change that on its own page first, then record what was done."
)
CANCELLED, MISSED = N_("cancelled"), N_("missed")
CORRECTED_ALREADY = N_(
    "This entry was corrected before, by somebody else or on another device. Correct the latest one."
)
NOTHING_TO_CORRECT = N_("The entry that this corrects is not here. It may still wait on another device.")
OTHER_KIND = N_("A correction is of the same kind as what it corrects.")
NO_REASON = N_("Say why you are correcting it.")
STOP_IS_OPEN = N_(
    "A hard stop is open. Going on needs the supervising provider, who signs or tells you; record that first."
)
STARTED_ALREADY = N_("It was started before, at %(time)s. If that time is wrong, correct that entry.")
ENDED_ALREADY = N_("It was ended before, at %(time)s. If that time is wrong, correct that entry.")
END_BEFORE_START = N_("It cannot end before it started, at %(time)s.")
START_AFTER_END = N_("It ended at %(time)s, so it cannot start after that.")
NO_ORDER = N_("No provider has signed an order for it. Call them; if it starts all the same, say why here.")
ALLERGIC = N_("The patient is recorded as allergic to %(substance)s. If it is given all the same, say why here.")
NO_SUCH_STOP = N_("There is no such stop on this page.")
AUTHORISED_BEFORE = N_("Going on cannot be authorised before the stop, at %(time)s. Check the time.")
NO_SUCH_EFFECT = N_("There is no such side effect on this page.")
EFFECT_ENDS_BEFORE = N_("It cannot be over before it began, at %(time)s.")
PROVIDER_SIGNS = N_("Only a provider of the care team signs. Choose “spoken” and write down what they said.")
DOES_NOT_ADD_UP = N_("%(drawn)s mg drawn, but %(given)s mg given and %(wasted)s mg wasted. Correct it, or say why.")
LOT_EXPIRED = N_("This lot expired on %(day)s. Take another one, or say why it is used.")
NEEDS_REASON_TO_LEAVE = N_("Not everything is as it should be: %(what)s Say why it ends all the same.")
