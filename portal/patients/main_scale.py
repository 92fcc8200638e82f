"""Which scale speaks for a patient: whose chart comes first, and whose score stands in the caseload. Pure.

Conditions are the ids of `patients.models.Condition`. Which scale measures which follows Kroenke 2001 (PHQ-9),
Spitzer 2006 (GAD-7), Weathers 2013 (PCL-5), Krebs 2009 (PEG) and the owners of the others; that one of them comes first
is a default of Interval's, and a provider may choose another.
"""

from collections.abc import Collection
from types import MappingProxyType

FOR_ANYBODY = ("phq-9", "gad-7")
FOR_CONDITION = MappingProxyType(
    {
        "treatment-resistant-depression": ("qids-sr16", "who-5", "madrs", "ham-d"),
        "anxiety": (),
        "bipolar": ("asrm", "pmq-9", "ymrs"),
        "chronic-pain": ("peg",),
        "chronic-suicidal-ideation": (),
        "ocd": ("oci-r", "oci-12"),
        "postpartum-depression": ("epds",),
        "ptsd": ("pcl-5-week", "pcl-5-month"),
    }
)
ALL = (*FOR_ANYBODY, *(scale for scales in FOR_CONDITION.values() for scale in scales))
_MOOD = frozenset({"treatment-resistant-depression", "bipolar", "chronic-suicidal-ideation", "postpartum-depression"})
_USUAL = (("ptsd", "pcl-5-week"), ("chronic-pain", "peg"), ("anxiety", "gad-7"))


def usual(conditions: Collection[str]) -> str:
    """Return the scale that comes first where nobody chose one: what is treated in the mood goes before all else."""
    if not _MOOD.isdisjoint(conditions):
        return "phq-9"
    return next((scale for condition, scale in _USUAL if condition in conditions), "phq-9")


def fits(scale: str, conditions: Collection[str]) -> bool:
    """Return whether a scale measures something that a patient with these conditions is treated for."""
    return scale in FOR_ANYBODY or any(scale in FOR_CONDITION.get(condition, ()) for condition in conditions)
