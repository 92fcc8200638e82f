"""Why a medicine or an allergy cannot be kept as entered. Pure message ids."""

from portal.messages import N_

IN_FUTURE = N_("%(day)s is still to come. Record it once it has happened.")
BEFORE_BIRTH = N_("%(day)s is before the patient was born. Check the year.")
LISTED = N_("%(name)s is on the list already. Open it there to record a new dose or a stop.")
ALLERGY_LISTED = N_("%(name)s is on the list already. Open it there to correct it.")
OUT_OF_ORDER = N_("The days do not fit together: %(day)s would come before what happened earlier. Check the day.")
NO_DAY = N_("Enter the day.")
NO_NEW_DOSE = N_("Enter the new dose.")
NO_CHANGE_OF_DOSE = N_("This is the dose it is taken in already.")
STOPPED = N_("It was stopped on %(day)s. If it is taken again, add it to the list as a new line.")
ONLY_WITH_MEDICINE = N_("The start belongs to the medicine. If it was never taken, withdraw the whole line.")
