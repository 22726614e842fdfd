"""What the example directory says: every name, sentence and rule of a recurrence in it, all invented."""

from datetime import time
from typing import Final, NamedTuple


class Place(NamedTuple):
    """A kind of venue, and what a surgery there is called; choices are keyed by its text, the class name included."""

    id: str
    title: str
    venue: str


WEB: Final = "https://example.org"
DESCRIPTION: Final = (
    "This is an invented example team for {wards} in {district}: its people, priorities, surgeries and contacts are "
    "made up to show how the service works."
)

GIVEN_NAMES: Final = """
Aaliyah Abdul Adeel Agnieszka Aisha Alan Amandeep Amina Amy Andrew Anjali Anna Anthony Arjun Asif Ayesha Balvinder
Barbara Beverley Bilal Brian Carlton Caroline Charlotte Chen Chidi Chloe Claire Colin Craig Daniel Danielle Darren
David Deborah Delroy Dionne Donna Elizabeth Ellie Emma Esther Faisal Fatima Fiona Gareth Gemma George Grace Gurpreet
Hamza Hannah Harjit Harpreet Hassan Helen Ibrahim Imran Jack Jagdeep James Jaspreet Jessica Joanne John Jordan
Joseph Joshua Kamal Karen Karolina Kavita Keith Kelly Kofi Kuldip Laura Leroy Lewis Linda Lucy Malik Manjit Marcia
Marcus Maria Mariam Mark Mei Michael Mohammed Mohsin Nadia Natalie Navdeep Neil Neville Nicola Nisha Olivia Omar
Parminder Patrick Paul Pawel Priya Rachel Raj Rashida Ravinder Rebecca Robert Ruth Ryan Saima Samantha Samuel
Sandeep Sanjay Sarah Sean Shabana Shanice Sharon Simon Sophie Stephen Sukhdeep Susan Tariq Thomas Tomasz Tracey
Usman Vikram Wayne Winston Yasmin Yusuf Zainab Zoe
"""
PRIORITIES: Final = (
    (
        "Cars driven too fast on residential roads during the school run",
        "We held speed checks with volunteers from the community and wrote to the drivers they recorded.",
    ),
    (
        "Cars parked on the zigzag lines outside primary schools",
        "PCSOs stood at the gates for two weeks and the council's wardens issued penalty notices.",
    ),
    (
        "Off-road bikes ridden through parks and along towpaths",
        "We marked the usual routes for patrol and asked the council for barriers at two entrances.",
    ),
    (
        "Keyless cars stolen from driveways at night",
        "We gave out 120 signal-blocking pouches and visited every street where a car was taken.",
    ),
    (
        "Catalytic converters cut from cars in station car parks",
        "Officers in plain clothes watched the car parks at commuter times and marked 40 converters for free.",
    ),
    (
        "Groups drinking and shouting outside the shops in the evening",
        "We agreed patrol times with the shopkeepers and spoke to the parents of those under eighteen.",
    ),
    (
        "Bicycles stolen from outside the library and the leisure centre",
        "We security-marked 64 bicycles at a stall and asked for a stand in view of the cameras.",
    ),
    (
        "Parcels taken from doorsteps",
        "We asked local shops to act as collection points and shared doorbell footage with the investigation team.",
    ),
    (
        "Older residents called by fraudsters who claim to be their bank",
        "We spoke at four coffee mornings and left a card with safe numbers beside each telephone.",
    ),
    (
        "Rubbish and furniture dumped in alleys behind the terraces",
        "We passed three registration numbers to the council, which cleared the alleys the same week.",
    ),
    (
        "Shoplifting from small stores and threats to their staff",
        "We set up a shared radio link between the stores and now call in on each of them weekly.",
    ),
    (
        "Electric scooters ridden on the pavement",
        "We stopped riders near the bus stops, explained the law and seized the scooters of those stopped twice.",
    ),
    (
        "Fireworks set off late at night in the street",
        "We visited every licensed seller with trading standards and patrolled on the nights people told us about.",
    ),
    (
        "Street lights broken and footpaths that feel unsafe after dark",
        "We walked the paths with residents and sent the council a list of eleven lights to mend.",
    ),
    (
        "Sheds and garages broken into on the allotments",
        "We fitted shed alarms for plot holders who asked and changed the lock on the main gate.",
    ),
    (
        "Dogs off the lead frightening children in the playground",
        "We spoke to owners at weekends and the council put up new signs.",
    ),
    (
        "Loud exhausts and car meets on the retail park",
        "We used the court order against street racing and moved six vehicles on.",
    ),
    (
        "Tools stolen from vans overnight",
        "We held a marking event for tradespeople and engraved more than 200 tools.",
    ),
    (
        "Begging at cash machines that leaves people uneasy",
        "We walked the high street with the outreach team, who found places to stay for two people.",
    ),
    (
        "Young people carrying knives",
        "We spoke in assemblies, placed a surrender bin beside the community centre and searched the open spaces.",
    ),
)
RECURRENCES: Final = (
    "FREQ=WEEKLY;BYDAY=WE",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA",
    "FREQ=WEEKLY;INTERVAL=4;BYDAY=FR",
    "FREQ=MONTHLY;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=2SA",
    "FREQ=MONTHLY;BYDAY=3TH",
    "FREQ=MONTHLY;BYDAY=-1WE",
)
HOURS: Final = (
    (time(10, 0), time(11, 0)),
    (time(11, 30), time(12, 30)),
    (time(14, 0), time(15, 30)),
    (time(15, 15), time(16, 0)),
    (time(17, 30), time(18, 30)),
    (time(18, 0), time(19, 0)),
)
ACCESS_NOTES: Final = (
    "Step-free from the street. Hearing loop. Accessible toilet.",
    "Step-free by the side door. Accessible toilet. No hearing loop.",
    "Level way in. Two Blue Badge bays by the door.",
    "A ramp at the back door: ring the bell. Accessible toilet.",
    "Three steps at the front, with a rail. We can meet you outside.",
    "",
)
"""A venue without one shows what is said where nobody noted anything."""
CANCELLED_REASONS: Final = (
    "The library is closed that day for repairs.",
    "The team is needed at an event in the city centre.",
    "The library is closed for stocktaking.",
)
MOVED_REASON: Final = "The centre is booked that evening, so we meet on the Tuesday after, at the church hall."
PLACES: Final = (
    Place("library", "Drop-in at the library", "Example Library"),
    Place("community-centre", "Surgery at the community centre", "Example Community Centre"),
    Place("supermarket", "Street stall at the supermarket", "Example Supermarket"),
    Place("park", "Walk and talk from the park café", "Example Park Café"),
    Place("health-centre", "Advice table at the health centre", "Example Health Centre"),
    Place("church-hall", "Surgery at the church hall", "Example Church Hall"),
    Place("leisure-centre", "Drop-in at the leisure centre", "Example Leisure Centre"),
    Place("fire-station", "Meet us at the fire station", "Example Fire Station"),
)
PLACE: Final = {place.id: place for place in PLACES}
ONLINE: Final = Place("online", "Online question time", "")
