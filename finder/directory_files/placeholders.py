"""Recognises texts that stand for nothing or nobody, such as VACANT, TBC, n/a or a dash."""

import re
from typing import Final

_WORDS: Final = re.compile(r"[^\W\d_]+")
_SPELLED: Final = re.compile(r"\bt[. ]?b[. ]?([acdn])\b")  # T.B.C.
# One of these words says by itself that nobody or nothing is there: no person and no contact has such a name.
_VACANT: Final = frozenset({"vacant", "vacancy", "vacancies", "tbc", "tba", "tbd", "tbn", "unfilled", "unstaffed"})
_PHRASES: Final = re.compile(
    r"\b(?:to be (?:confirmed|announced|advised|appointed|arranged|agreed|allocated|assigned|decided|determined|filled"
    r"|identified|named|notified|recruited)"
    r"|(?:not|none|nobody|no one) (?:yet )?(?:applicable|known|available|allocated|appointed|assigned|confirmed|decided"
    r"|filled|identified|in post|named|provided|recruited|set|at present|at the moment|yet|currently)"
    r"|(?:awaiting|under|pending|out to) (?:appointment|allocation|assignment|confirmation|recruitment|replacement"
    r"|advert|details|posting|update|vetting)"
    r"|no (?:current )?(?:officer|pcso|sergeant|constable|pc|inspector|details|information)"
    r"|(?:recruitment|vetting) (?:ongoing|in progress|under way|underway|pending)"
    r"|being (?:advertised|appointed|filled|recruited)"
    r"|coming soon|watch this space"
    r"|do not (?:publish|upload|use)|not for publication|(?:test|dummy) (?:data|entry|officer|person|record|row)"
    r"|see above|as above|as below|ditto)\b"
)
_WHOLE: Final = frozenset(
    {
        "n a", "na", "nil", "none", "null", "nan", "blank", "empty", "unknown", "nobody", "no one", "pending",
        "unallocated", "unassigned", "unavailable", "recruiting", "not applicable", "x", "xx", "xxx", "xxxx", "tb",
        "test", "testing", "dummy",
    }
)  # fmt: skip
# What stands around those words: Post vacant, PCSO post currently vacant (from 1 January).
_AROUND_LISTED: Final = (
    "a an and as at be been being by currently due for from full has in is it moment new no not now of on our part"
    " position positions post posts present please role roles since still soon temp temporarily temporary the this"
    " time to until until we will with yet officer officers member staff team recruiting recruitment pending"
    " advertised january february march april may june july august september october november december jan feb mar"
    " apr jun jul aug sep sept oct nov dec spring summer autumn winter st nd rd th"
    " test testing dummy x pc pcs pcso pcsos ps sgt sergeant police constable community support inspector insp dc ds di"
)
_AROUND: Final = frozenset(_AROUND_LISTED.split())


def is_placeholder(text: str) -> bool:
    """Returns whether a text stands for nothing: a dash, a question mark, or words such as `Post vacant`."""
    words = _words(_SPELLED.sub(r"tb\1", text.casefold()))
    if not words:
        return not any(character.isdigit() for character in text)
    sentence = " ".join(words)
    if sentence in _WHOLE:
        return True
    rest, phrases = _PHRASES.subn(" ", sentence)
    left = [word for word in rest.split() if word not in _VACANT]
    found = phrases > 0 or len(left) < len(rest.split())
    return found and _AROUND.issuperset(left)


def says_vacant(text: str) -> bool:
    """Returns whether a text has a word like `vacant` or `TBC`, whatever else is in it."""
    return not _VACANT.isdisjoint(_words(text))


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())
