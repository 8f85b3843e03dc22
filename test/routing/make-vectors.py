"""Makes docs/routing-vectors.json. Run it by hand: python3 test/routing/make-vectors.py

It shares no code with src/deployments, so that the test compares two independent implementations.
It needs Python 3 alone.
"""

import json
import pathlib
from fractions import Fraction

MASK = 0xFFFFFFFF


def rotate_left(value, bits):
    return ((value << bits) | (value >> (32 - bits))) & MASK


def murmur3_x86_32(data, seed=0):
    """Austin Appleby's MurmurHash3_x86_32."""
    hashed = seed
    whole = len(data) // 4 * 4
    for start in range(0, whole, 4):
        block = int.from_bytes(data[start : start + 4], "little")
        block = rotate_left(block * 0xCC9E2D51 & MASK, 15) * 0x1B873593 & MASK
        hashed = (rotate_left(hashed ^ block, 13) * 5 + 0xE6546B64) & MASK
    if whole < len(data):
        tail = int.from_bytes(data[whole:], "little")
        hashed ^= rotate_left(tail * 0xCC9E2D51 & MASK, 15) * 0x1B873593 & MASK
    hashed ^= len(data)
    hashed = (hashed ^ hashed >> 16) * 0x85EBCA6B & MASK
    hashed = (hashed ^ hashed >> 13) * 0xC2B2AE35 & MASK
    return hashed ^ hashed >> 16


# Published values of the reference implementation.
for text, expected in {
    "": 0x00000000,
    "hello": 0x248BFA47,
    "hello, world": 0x149BBB7F,
    "The quick brown fox jumps over the lazy dog": 0x2E4FF723,
}.items():
    assert murmur3_x86_32(text.encode()) == expected, text

# (first challenger, second challenger), as decimal texts, because a share of 0.1 is not exact in binary.
SHARES = [("0", "0"), ("0.1", "0"), ("0.3", "0"), ("0.1", "0.3"), ("0.5", "0.5"), ("0.01", "0.6")]

SALTS = ["visa-fraud", "", "v", "salt", "Händler-Modell", "风控", "🃏🃏"]

KEYS = [
    "",
    "0",
    "12",
    "123",
    "1234",
    "12345",
    "user-000017",
    "4f1f5b0e-6f5e-4d39-8d3a-2a9a7c1f0b11",
    "key:with:colons",
    " spaces and\ttabs ",
    "Müller",
    "Mu\u0308ller",  # the same text to a reader, other bytes
    "ÄÖÜäöüß",
    "Ελλάδα",
    "持卡人",
    "カード会員",
    "👩‍💻",
    "a😀b",
    "\u0000",
    "\uffff",
    "x" * 255,
    "長い鍵" * 50,
]


def arm(u, first, second):
    if u < Fraction(first):
        return 1
    return 2 if u >= 1 - Fraction(second) else 0


def vector(salt, key):
    hashed = murmur3_x86_32(f"{salt}:{key}".encode())
    u = Fraction(hashed, 2**32)
    arms = [
        f'{{ "first": {first}, "second": {second}, "arm": {arm(u, first, second)} }}' for first, second in SHARES
    ]
    # Every u is exact in a double, and json writes a text that reads back as the same number.
    head = [f'"salt": {json.dumps(salt)}', f'"key": {json.dumps(key)}', f'"hash": {hashed}', f'"u": {json.dumps(float(u))}']
    lines = [*head, '"arms": [\n        ' + ",\n        ".join(arms) + "\n      ]"]
    return "    {\n      " + ",\n      ".join(lines) + "\n    }"


DESCRIPTION = (
    "hash = murmur3_x86_32(UTF-8 of salt + ':' + key, seed 0), unsigned; u = hash / 2^32. "
    "Arm 1, the first challenger, has u < first; arm 2, the second, has u >= 1 - second; arm 0 is the primary. "
    "Texts are ASCII with JSON escapes."
)

pairs = [(SALTS[0], key) for key in KEYS] + [(salt, key) for salt in SALTS[1:] for key in ("", "user-000017", "Müller 😀")]
target = pathlib.Path(__file__).parents[2] / "docs" / "routing-vectors.json"
target.write_text(
    f'{{\n  "description": {json.dumps(DESCRIPTION)},\n  "vectors": [\n'
    + ",\n".join(vector(salt, key) for salt, key in pairs)
    + "\n  ]\n}\n"
)
print(f"{len(pairs)} vectors in {target}")
