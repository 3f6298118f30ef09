"""Trees: the vectors of RFC 6962's reference tree, and proofs that hold for what is there and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from examserver.kernel import merkle

REFERENCE = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
REFERENCE += [bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def test_roots_of_the_published_reference_tree() -> None:
    leaves = [merkle.leaf_hash(data) for data in REFERENCE]
    for size, expected in ROOTS.items():
        assert merkle.root(leaves[:size]).hex() == expected


@given(st.integers(1, 40), st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_no_other(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(bytes([index])) for index in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion_proof(leaves, index), merkle.root(leaves)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"other leaf"), index, size, proof, root)
    assert not merkle.verify_inclusion(leaves[index], size, size, proof, root)
    if proof:
        assert not merkle.verify_inclusion(leaves[index], index, size, proof[:-1], root)


@given(st.integers(1, 40), st.data())
def test_a_consistency_proof_holds_only_between_a_tree_and_its_extension(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(bytes([index])) for index in range(size)]
    old = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(leaves, old)
    old_root, new_root = merkle.root(leaves[:old]), merkle.root(leaves)
    assert merkle.verify_consistency(old, size, old_root, new_root, proof)
    altered = merkle.root([merkle.leaf_hash(b"altered"), *leaves[1:old]])
    assert not merkle.verify_consistency(old, size, altered, new_root, proof)
