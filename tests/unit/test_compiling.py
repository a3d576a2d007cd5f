"""Compiling is told, and nothing else is."""

from numba import int64, njit

from stetho.compiling import compiling_told


def test_compiling_is_told_once_and_what_is_compiled_already_is_not() -> None:
    told: list[str] = []
    with compiling_told(lambda: told.append("compiling")):
        kernels = [njit(int64(int64))(function) for function in (lambda x: x + 1, lambda x: x + 2)]
    assert told == ["compiling"]
    with compiling_told(lambda: told.append("again")):
        assert [kernel(1) for kernel in kernels] == [2, 3]
    assert told == ["compiling"]


def test_after_the_block_nobody_is_told() -> None:
    told: list[str] = []
    with compiling_told(lambda: told.append("compiling")):
        pass
    njit(int64(int64))(lambda x: x)
    assert told == []


def test_a_block_within_another_leaves_the_telling_to_it() -> None:
    told: list[str] = []
    with compiling_told(lambda: told.append("outer")):
        njit(int64(int64))(lambda x: x + 3)
        with compiling_told(lambda: told.append("inner")):
            njit(int64(int64))(lambda x: x + 4)
    assert told == ["outer"]
    with compiling_told(lambda: told.append("next")):
        njit(int64(int64))(lambda x: x + 5)
    assert told == ["outer", "next"]
