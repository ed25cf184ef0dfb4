import Foundation
import TegataCrypto
import TegataLog

/// RFC 6962 trees: the reference tree, and inclusion and consistency proofs good and spoilt.
func runMerkleTrees(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        let json = try file.json
        guard json.members.isEmpty else { return try runReferenceTree(json, file.stem, &report) }
        for vector in json.list {
            let name = try vector.file.string
            report.expect(name, accepted: try !vector.wantErr.bool) {
                try vector.leafHash.isNull ? verifyConsistency(vector) : verifyInclusion(vector)
            }
        }
    }
}

private func runReferenceTree(
    _ json: Vector, _ name: String, _ report: inout Report
) throws {
    var tree = MerkleTree()
    for (leaf, root) in zip(json.leaves.list, json.roots.list) {
        tree.append(TreeHash(leaf: try leaf.hex))
        let expected = try root.hex
        report.expect("\(name) \(tree.size)") { tree.root.array == expected }
    }
}

private func verifyInclusion(_ vector: Vector) throws -> Bool {
    let proof = InclusionProof(
        // The set counts below 0 once, as the largest 64-bit number, which its JSON number only comes near.
        index: (try? vector.leafIdx.int).map(UInt64.init) ?? .max,
        size: UInt64(try vector.treeSize.int),
        path: try path(vector))
    try proof.verify(try hash(vector.leafHash), root: try hash(vector.root))
    return true
}

private func verifyConsistency(_ vector: Vector) throws -> Bool {
    let proof = ConsistencyProof(
        oldSize: UInt64(try vector.size1.int), newSize: UInt64(try vector.size2.int),
        path: try path(vector))
    try proof.verify(oldRoot: try hash(vector.root1), newRoot: try hash(vector.root2))
    return true
}

private func path(_ vector: Vector) throws -> [TreeHash] {
    try vector.proof.list.map(hash)
}

private func hash(_ vector: Vector) throws -> TreeHash {
    guard !vector.isNull, let data = Data(base64Encoded: try vector.string),
        let hash = TreeHash([UInt8](data))
    else { throw LogError.proofInvalid }
    return hash
}
