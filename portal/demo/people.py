"""Who lives in the demo clinic, and how each of them does over the year. Everybody here is invented."""

from dataclasses import dataclass
from datetime import date

from portal.checkins.ready_made import EXTRA_ITEMS
from portal.patients.models import Condition

SERIES = (0, 3, 7, 10, 14, 17)
UNSURE, NO = 1, 2


@dataclass(frozen=True, slots=True)
class Story:
    """One patient of the demo and how treatment works for them.

    Days count from the start of the record, which lies `days` before today.

    Attributes:
        severity: PHQ-9 points before treatment.
        relief: points an unfading effect would take off.
        fades: days in which the effect of one infusion falls to 37 %, slowly first: of the series, then of each
            booster; the last one holds for those after it.
        series_from: the day of the first infusion.
        boosters: days of the boosters given.
        planned: days from today of infusions to come.
        completion: share of days with a daily check-in.
        gaps: stretches without any answer, each its first and last day, counted back from today.
        forgot_yesterday: no answer on the day before today.
        thoughts: answers to the last item of the PHQ-9, by days before today.
        thoughts_for: how many days ago thoughts of death came that are there at every sitting since.
        unsafe: answers to “able to keep yourself safe?” that were not yes, by days before today.
        rated: days on which the provider rated the patient and entered the total.
        phoned: the scale whose last sitting was read out to the nurse by phone.
        hurried: the scale whose last sitting was answered without reading it.
        late: the scale that waits for an answer.
        later: in how many hours a visit of today is.
        weekly: that the PHQ-9 is asked every week on boosters too, as the team wished.
        language: what they read the portal in.
    """

    key: str
    given_name: str
    family_name: str
    born_on: date
    conditions: tuple[Condition, ...]
    team: tuple[str, ...]
    days: int
    severity: float
    relief: float
    fades: tuple[float, ...]
    series_from: int
    boosters: tuple[int, ...] = ()
    planned: tuple[int, ...] = ()
    series_given: int = 6
    completion: float = 0.8
    gaps: tuple[tuple[int, int], ...] = ()
    thoughts: tuple[tuple[int, int], ...] = ()
    thoughts_for: int = -1
    unsafe: tuple[tuple[int, int], ...] = ()
    weight_kg: float = 72.0
    mg_per_kg: float = 0.5
    minutes: int = 40
    street: str = "12 Quay Street"
    city: str = "Portland"
    region: str = "OR"
    time_zone: str = "America/Los_Angeles"
    is_paused: bool = False
    stopped_early: int | None = None
    forgot_yesterday: bool = False
    rated: tuple[int, ...] = ()
    phoned: str = ""
    hurried: str = ""
    late: str = ""
    later: int = 2
    weekly: bool = False
    language: str = "en"
    sibling: str = "Sibling"

    @property
    def extra_items(self) -> tuple[str, ...]:
        """What the daily check-in asks them besides its usual questions."""
        return tuple(sorted(EXTRA_ITEMS[one.value] for one in self.conditions if one.value in EXTRA_ITEMS))

    def has_thoughts(self, ago: int) -> bool:
        """Return whether thoughts of death were there so many days before today."""
        return ago <= self.thoughts_for or dict(self.thoughts).get(ago, 0) > 0

    def is_silent(self, ago: int) -> bool:
        """Return whether nothing was answered so many days before today."""
        return any(last <= ago <= first for first, last in self.gaps)

    @property
    def email(self) -> str:
        """The address they sign in with."""
        return f"{self.key}@interval.example"


STORIES = (
    Story(
        key="ada",
        given_name="Ada",
        family_name="Okafor",
        born_on=date(1988, 5, 17),
        conditions=(Condition.TREATMENT_RESISTANT_DEPRESSION,),
        team=("bea", "nia"),
        days=330,
        severity=20.0,
        relief=17.0,
        fades=(17.0, 36.0, 52.0, 66.0, 62.0, 77.0),
        series_from=30,
        boosters=(78, 116, 167, 233, 306),
        planned=(18,),
        completion=0.86,
        gaps=((152, 147),),
        forgot_yesterday=True,
        weekly=True,
        phoned="gad-7",
        weight_kg=68.0,
    ),
    Story(
        key="marcus",
        given_name="Marcus",
        family_name="Feld",
        born_on=date(1979, 11, 2),
        conditions=(Condition.TREATMENT_RESISTANT_DEPRESSION, Condition.ANXIETY),
        team=("bea", "nia"),
        street="408 Alder Court, 2B",
        days=300,
        severity=22.0,
        relief=21.0,
        fades=(11.0, 14.0),
        series_from=21,
        boosters=(60, 88, 102, 113, 125, 151, 174, 199, 224, 250, 276),
        weekly=True,
        planned=(0,),
        later=4,
        completion=0.74,
        weight_kg=84.0,
        stopped_early=125,
        unsafe=((1, UNSURE),),
        hurried="gad-7",
    ),
    Story(
        key="ruth",
        given_name="Ruth",
        family_name="Ellery",
        born_on=date(1966, 2, 23),
        conditions=(Condition.TREATMENT_RESISTANT_DEPRESSION, Condition.CHRONIC_SUICIDAL_IDEATION),
        team=("bea",),
        street="31 Ferry Lane",
        days=190,
        severity=21.0,
        relief=3.0,
        fades=(6.0,),
        series_from=20,
        boosters=(58, 94),
        completion=0.66,
        gaps=((49, 41),),
        rated=(18, 46, 93, 150),
        thoughts=((170, 1), (142, 1), (45, 1), (16, 1), (2, 1)),
        thoughts_for=45,
        weight_kg=61.0,
    ),
    Story(
        key="tomas",
        given_name="Tomás",
        family_name="Reyes-Whitfield",
        born_on=date(1997, 8, 30),
        conditions=(Condition.TREATMENT_RESISTANT_DEPRESSION,),
        team=("bea", "nia"),
        street="1170 Mill Road",
        language="es",
        sibling="Hermano",
        days=19,
        severity=18.0,
        relief=11.0,
        fades=(20.0,),
        series_from=10,
        series_given=3,
        planned=(1, 5, 8),
        completion=0.95,
        weight_kg=77.5,
    ),
    Story(
        key="imani",
        given_name="Imani",
        family_name="Cole",
        born_on=date(1985, 1, 9),
        conditions=(Condition.PTSD,),
        team=("bea", "cal"),
        street="76 Orchard Place",
        days=260,
        severity=17.0,
        relief=10.5,
        fades=(44.0,),
        series_from=25,
        boosters=(88, 141, 205),
        planned=(9,),
        completion=0.7,
        gaps=((120, 98), (9, 0)),
        late="gad-7",
        weight_kg=70.0,
        time_zone="America/New_York",
        city="Albany",
        region="NY",
    ),
    Story(
        key="dot",
        given_name="Dot",
        family_name="Vasquez",
        born_on=date(1972, 6, 14),
        conditions=(Condition.CHRONIC_PAIN,),
        team=("cal",),
        street="5 Hill Terrace",
        days=240,
        severity=13.0,
        relief=8.0,
        fades=(50.0,),
        series_from=15,
        boosters=(105, 180),
        planned=(12,),
        completion=0.78,
        unsafe=((1, UNSURE),),
        weight_kg=66.0,
        mg_per_kg=1.4,
        minutes=240,
    ),
    Story(
        key="jonas",
        given_name="Jonas",
        family_name="Brandt",
        born_on=date(1991, 3, 5),
        conditions=(Condition.BIPOLAR,),
        team=("bea",),
        street="219 Bridge Avenue",
        days=150,
        severity=16.0,
        relief=9.0,
        fades=(24.0,),
        series_from=12,
        boosters=(62,),
        completion=0.6,
        weight_kg=90.0,
        is_paused=True,
        gaps=((70, 0),),
    ),
    Story(
        key="noor",
        given_name="Noor",
        family_name="Haddad",
        born_on=date(1994, 9, 21),
        conditions=(Condition.OCD, Condition.ANXIETY),
        team=("cal",),
        street="84 Lantern Street",
        days=72,
        severity=19.0,
        relief=13.0,
        fades=(26.0,),
        series_from=12,
        boosters=(55,),
        planned=(6,),
        completion=0.8,
        unsafe=((2, UNSURE),),
        weight_kg=58.0,
    ),
    Story(
        key="grace",
        given_name="Grace",
        family_name="Mensah",
        born_on=date(1993, 4, 2),
        conditions=(Condition.POSTPARTUM_DEPRESSION,),
        team=("cal", "nia"),
        street="23 Heron Way",
        days=34,
        severity=19.0,
        relief=13.0,
        fades=(26.0,),
        series_from=8,
        planned=(0,),
        completion=0.7,
        unsafe=((12, NO),),
        weight_kg=71.0,
    ),
)
# Numbers that nobody has: 555-0100 to 0199 are kept for stories.
MOBILE_PHONE = {story.key: f"+1 503 555 01{place}" for place, story in enumerate(STORIES, start=10)}
PHONE_OF_THE_ADULT = {story.key: f"+1 503 555 01{place}" for place, story in enumerate(STORIES, start=60)}
STAFF = (
    ("bea", "Bea Lindqvist", "provider"),
    ("cal", "Cal Moreno", "provider"),
    ("nia", "Nia Achebe", "nurse"),
    ("eve", "Eve Tanaka", "administrator"),
)
