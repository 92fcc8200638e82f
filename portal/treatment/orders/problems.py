"""Why an order cannot be signed as entered: message ids, said by the edge in the reader's language."""

from portal.messages import N_

ALREADY_GIVEN = N_("This infusion has been given, so nothing more can be ordered for it.")
NOT_PLANNED = N_("This infusion is no longer planned, so nothing can be ordered for it. Plan it again first.")
NO_DOSE = N_("Enter the dose: in mg, in mg/kg, or in mg/kg/h.")
WEIGHT_OFF = N_(
    "This goes by %(weight)s kg, and the last weight on record is %(known)s kg. Check that both are kilograms. "
    "If it is right, tick the box and say why."
)
OUT_OF_RANGE = N_("Enter a number from %(least)s to %(most)s")
NOT_BELOW = N_("This must be below the other limit (%(high)s)")
NO_REASON_FOR_LOOSER = N_(
    "At least one limit lets through what the clinic's own would stop. Say why this is right for this patient."
)
NOT_SCREENED = N_(
    "No screening stands for this patient. Record and decide one first, or say why you order all the same."
)
NO_REASON_TO_WITHDRAW = N_("Say why you withdraw it.")
NOTHING_TO_WITHDRAW = N_("This order no longer holds. Look at what stands now.")
"""Somebody else replaced or withdrew it, or the infusion has been given."""
