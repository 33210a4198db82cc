"""Literal values and their types."""

from math import inf, isnan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.records import Case
from toolkit.value_types import ANY, NONE, UNKNOWN, ValueType, join, of_parameters, of_result, of_value, read

INT, FLOAT, STR = ValueType("int"), ValueType("float"), ValueType("str")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=6,
)
TYPES = VALUES.map(of_value)


@given(TYPES, TYPES, TYPES)
@settings(deadline=None)
def test_no_order_changes_a_joined_type(a: ValueType, b: ValueType, c: ValueType) -> None:
    assert join([a, b, c]) == join([c, b, a]) == join([b, c, a]) == join([a, join([b, c])])


@given(TYPES)
@settings(deadline=None)
def test_a_type_joined_with_itself_is_itself(a: ValueType) -> None:
    assert join([a, a]) == a == join([a, UNKNOWN])


@given(VALUES)
@settings(deadline=None)
def test_what_repr_writes_is_read_again(value: Any) -> None:
    assert repr(read(repr(value))) == repr(value)


def test_infinities_and_nan_are_read() -> None:
    assert read("(-inf, [inf])") == (-inf, [inf])
    assert isnan(read("nan"))


@pytest.mark.parametrize("text", ["f(1)", "x", "1 +", "", "(" * 300, "[].append", "{[]: 1}"])
def test_what_is_no_literal_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"literal|malformed"):
        read(text)


def test_int_widens_to_float_and_none_makes_an_optional() -> None:
    assert join([INT, FLOAT]) == FLOAT
    assert join([NONE, INT, FLOAT]) == ValueType("optional", (FLOAT,))
    assert join([NONE, NONE]) == NONE
    assert join([INT, STR]) == ANY
    assert join([ValueType("bool"), INT]) == ANY
    assert join([NONE, INT, STR]) == join([INT, STR, NONE]) == join([STR, NONE, INT]) == ValueType("optional", (ANY,))
    assert join([]) == UNKNOWN


def test_empty_containers_take_the_type_of_full_ones() -> None:
    assert join([of_value([]), of_value([[], [1]])]) == ValueType("list", (ValueType("list", (INT,)),))
    assert of_value({}) == ValueType("dict", (UNKNOWN, UNKNOWN))
    assert of_value((1, "a")) == ValueType("tuple", (INT, STR))
    assert str(of_value({"a": [1.5]})) == "dict[str, list[float]]"


def test_parameters_and_result_are_joined_over_the_cases() -> None:
    cases = (
        Case("(1, [])", "returns", "None", "generated"),
        Case("(2.5, ['a'])", "returns", "3", "generated"),
        Case("(0, [])", "raises", "ValueError", "generated"),
    )
    assert of_parameters(cases) == (FLOAT, ValueType("list", (STR,)))
    assert of_result(cases) == ValueType("optional", (INT,))
