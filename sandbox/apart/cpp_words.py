"""Names of C and C++ that mean the same in every program."""

from sandbox.apart.text import words

BUILTIN = frozenset(
    words("""
    void bool char short int long signed unsigned float double const wchar_t char16_t
    char32_t size_t ssize_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t
    uint32_t uint64_t intptr_t uintptr_t __int128 __int128_t __uint128_t _Bool struct
    """)
)
STANDARD = frozenset(
    words("""
    string vector list deque array set multiset map multimap unordered_set unordered_map
    unordered_multiset unordered_multimap pair tuple optional complex string_view less
    greater any unique_ptr shared_ptr wstring hash equal_to allocator variant monostate stack
    queue priority_queue bitset function initializer_list
    """)
)
WIDE = (
    frozenset(
        words("""
    long unsigned double std
    """)
    )
    | STANDARD
)
"""What a name for a type may stand for in tests: no type that would round what is compared."""

JUDGES = frozenset(
    words("""
    abs fabs fabsf fabsl labs llabs round lround llround floor ceil trunc sqrt cbrt pow exp
    log log10 log2 fmod hypot isnan isinf isfinite signbit max min equal is_permutation
    mismatch lexicographical_compare strcmp strncmp strcasecmp memcmp strlen to_string stoi
    stod sort stable_sort all_of any_of none_of count count_if find find_if accumulate
    printf fprintf puts cout cerr exit abort _exit assert make_pair make_tuple tie get swap
    begin end size compare isclose is_sorted includes set_difference main
    """)
)
"""What tests judge with: never taken from the program, unless it is all they take from it."""

ITERATING = frozenset(
    words("""
    equal is_permutation mismatch lexicographical_compare all_of any_of none_of count count_if find
    find_if accumulate includes set_difference
    """)
)
ITERATING_LEAST = 3
"""Those of them that take two iterators and more, and how many arguments that are at least: with
fewer, it is the program's that is meant."""

KEYWORDS = frozenset(
    words("""
    if for while switch return else do sizeof catch new delete throw operator alignas
    static_assert decltype case default goto
    """)
)

EXCEPTIONS = frozenset(
    words("""
    exception out_of_range invalid_argument domain_error length_error logic_error range_error
    overflow_error underflow_error runtime_error
    """)
)
