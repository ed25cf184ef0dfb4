import TegataLog

/// Does what the comparison's Merkle logs do: a million leaves of 64 bytes, then inclusion proofs. `merkle [LEAVES]`.
enum MerklePeer {
    static func run(_ count: Int) throws {
        // One buffer for all, as the peers have.
        var entry = [UInt8](repeating: 0, count: 64)
        func leaf(_ index: Int) -> TreeHash {
            for byte in 0..<8 { entry[byte] = UInt8(truncatingIfNeeded: index >> (8 * byte)) }
            return TreeHash(leaf: entry)
        }
        var whole = Timing()
        var tree = MerkleTree()
        var root = tree.root
        whole.add(1) {
            for index in 0..<count { tree.append(leaf(index)) }
            root = tree.root
        }
        report("merkle append 1M, total", whole)
        let size = UInt64(count)
        var index: UInt64 = 0
        report(
            "merkle prove inclusion in 1M",
            try Timing.measure(.peer) {
                index = (index + 7919) % size
                _ = try tree.inclusionProof(of: index, at: size)
            })
        index = 777_777 % size
        let proof = try tree.inclusionProof(of: index, at: size)
        let proven = leaf(Int(index))
        report(
            "merkle verify inclusion in 1M",
            try Timing.measure(.peer) { try proof.verify(proven, root: root) })
        print("{\"root\":\"\(root)\"}")
    }

    private static func report(_ task: String, _ timing: Timing) {
        print(
            "{\"task\":\"\(task)\",\"alg\":\"Tegata\",\"cpu\":[\(timing.processor.list)],"
                + "\"wall\":[\(timing.wall.list)]}")
    }
}
