"""Does a swapped text read as a person would have written it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.lexicons import load
from probes.lexicons.swap import swapper

GENDER = swapper(load("gender"), "women", "men")
NAMES = swapper(load("names"), "white", "black")


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        ("She left.", "He left."),
        ("I saw her.", "I saw him."),
        ("I saw her and her brother.", "I saw him and his sister."),
        ("her book", "his book"),
        ("HER book, Her book", "HIS book, His book"),
        ("It is hers, not his.", "It is his, not hers."),
        ("He hurt himself.", "She hurt herself."),
        ("his or her own words", "her or his own words"),
        ("he/she", "she/he"),
        ("She's here; he'll come.", "He's here; she'll come."),
        ("the woman's and the women's", "the man's and the men's"),
        ("the actresses' guild", "the actors' guild"),
        ("an actress, a heroine", "an actor, a hero"),
        ("an heiress", "an heir"),
        ("An abbess", "An abbot"),
        ("a niece of an uncle", "a nephew of an aunt"),
        ("my mother-in-law", "my father-in-law"),
        ("mother-daughter talk", "father-son talk"),
        ("her ex-wife", "his ex-husband"),
        ("Yes, ma’am", "Yes, sir"),
        ("my fiancée", "my fiancé"),
        ("Mrs. Dalloway met Mr. Jones.", "Mr. Dalloway met Ms. Jones."),
        ("Miss Marple will not miss it. Miss it?", "Mr Marple will not miss it. Miss it?"),
        ("Lady Bracknell, the lady", "Lord Bracknell, the gentleman"),
        ("Lady Gaga, Spider-Man, man-made", "Lady Gaga, Spider-Man, man-made"),
        ("@mary asked Mary and MARY and mary", "@mary asked James and JAMES and james"),
        ("Said Grace: with grace. Grace Kelly", "Said Mark: with grace. Mark Kelly"),
        ("Grace matters.", "Grace matters."),
        ("an actor, a hero, the host", "an actor, a hero, the host"),
        ("human womanise manifest Germany", "human womanise manifest Germany"),
        ("", ""),
    ],
)
def test_gender(text, swapped):
    assert GENDER(text).text == swapped


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        ("an Emily and a Greg", "an Aisha and a Tyrone"),
        ("A Brett", "A Kareem"),
        ("a Tamika, an Anne", "a Jill, a Keisha"),
        ("Emily's idea, EMILY'S", "Aisha's idea, AISHA'S"),
        ("Emily met Aisha", "Aisha met Emily"),
        ("Kenya is far. I met Kenya.", "Kenya is far. I met Carrie."),
    ],
)
def test_names(text, swapped):
    assert NAMES(text).text == swapped


def test_the_groups_found_are_told():
    found = [GENDER(text).groups for text in ("she", "he", "he and she", "it")]
    assert found == [{"women"}, {"men"}, {"women", "men"}, set()]


@pytest.mark.parametrize(("article", "new"), [("a Wei", "a Neil"), ("an Anne", "a Ling")])
def test_articles_of_names(article, new):
    assert swapper(load("names"), "white", "asian")(article).text == new


def test_swapping_back_gives_the_text_again():
    text = "Mary told her brother that his wife and her mother saw him, and that she was sorry."
    assert GENDER(GENDER(text).text).text == text


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_text_is_taken_and_only_changed_where_something_was_found(text):
    swapped = GENDER(text)
    assert (swapped.text == text) or swapped.groups
