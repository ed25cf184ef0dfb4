import TegataCrypto
import TegataLog
import Testing

@Suite struct MerkleTreeTests {
    private static let entries = (0..<70).map { (number: UInt8) in
        [UInt8](repeating: number, count: Int(number))
    }

    /// RFC 6962 §2.1, word for word.
    private static func definition(_ entries: ArraySlice<[UInt8]>) -> TreeHash {
        guard entries.count > 1 else {
            return entries.first.map { SHA256.hash([0] + $0) } ?? SHA256.hash([])
        }
        var half = 1
        while half * 2 < entries.count { half *= 2 }
        return SHA256.hash(
            [1] + definition(entries.prefix(half)).array
                + definition(entries.dropFirst(half)).array)
    }

    private static let tree = entries.reduce(into: MerkleTree()) { $0.append(TreeHash(leaf: $1)) }

    @Test func `every size has the root of the definition, while it grows and afterwards`() throws {
        var tree = MerkleTree()
        for size in 0...Self.entries.count {
            let expected = Self.definition(Self.entries[..<size])
            #expect(tree.root == expected && tree.size == UInt64(size))
            #expect(try Self.tree.root(at: UInt64(size)) == expected)
            if size < Self.entries.count { tree.append(TreeHash(leaf: Self.entries[size])) }
        }
        #expect(throws: LogError.outOfRange) { try tree.root(at: 71) }
    }

    @Test func `a tree cut back is the tree that it was, and grows again`() throws {
        for size in 0...Self.entries.count {
            var tree = Self.tree
            try tree.truncate(to: UInt64(size))
            #expect(tree.root == Self.definition(Self.entries[..<size]))
            for entry in Self.entries[size...] { tree.append(TreeHash(leaf: entry)) }
            #expect(tree.root == Self.tree.root)
            #expect(throws: LogError.outOfRange) { try tree.truncate(to: 71) }
        }
    }

    @Test func `every leaf of every size is proved, at its place only`() throws {
        for size in UInt64(1)...70 {
            let root = try Self.tree.root(at: size)
            for index in 0..<size {
                let leaf = TreeHash(leaf: Self.entries[Int(index)])
                let proof = try Self.tree.inclusionProof(of: index, at: size)
                try proof.verify(leaf, root: root)
                for other in 0..<size + 2 where other != index {
                    #expect(throws: LogError.self) {
                        try InclusionProof(index: other, size: size, path: proof.path).verify(
                            leaf, root: root)
                    }
                }
            }
        }
    }

    @Test func `every size extends every smaller one, and no other root`() throws {
        for newSize in UInt64(1)...70 {
            let newRoot = try Self.tree.root(at: newSize)
            for oldSize in 1...newSize {
                let oldRoot = try Self.tree.root(at: oldSize)
                let proof = try Self.tree.consistencyProof(from: oldSize, to: newSize)
                try proof.verify(oldRoot: oldRoot, newRoot: newRoot)
                let other = TreeHash(leaf: [1, 2, 3])
                #expect(throws: LogError.proofInvalid) {
                    try proof.verify(oldRoot: other, newRoot: newRoot)
                }
                #expect(throws: LogError.proofInvalid) {
                    try proof.verify(oldRoot: oldRoot, newRoot: other)
                }
            }
        }
    }

    @Test func `a path with a bit flipped, a node more or a node less is refused (A97)`() throws {
        for (index, size): (UInt64, UInt64) in [(0, 1), (3, 4), (4, 7), (63, 64), (41, 70)] {
            let root = try Self.tree.root(at: size)
            let leaf = TreeHash(leaf: Self.entries[Int(index)])
            let path = try Self.tree.inclusionProof(of: index, at: size).path
            for spoilt in Self.spoilt(path) {
                #expect(throws: LogError.proofInvalid) {
                    try InclusionProof(index: index, size: size, path: spoilt).verify(
                        leaf, root: root)
                }
            }
        }
        for (oldSize, newSize): (UInt64, UInt64) in [(1, 2), (4, 7), (6, 8), (64, 70), (41, 70)] {
            let roots = try (Self.tree.root(at: oldSize), Self.tree.root(at: newSize))
            let path = try Self.tree.consistencyProof(from: oldSize, to: newSize).path
            for spoilt in Self.spoilt(path) {
                #expect(throws: LogError.proofInvalid) {
                    try ConsistencyProof(oldSize: oldSize, newSize: newSize, path: spoilt).verify(
                        oldRoot: roots.0, newRoot: roots.1)
                }
            }
        }
    }

    private static func spoilt(_ path: [TreeHash]) -> [[TreeHash]] {
        let extra = TreeHash(leaf: [9])
        var paths = [path + [extra], [extra] + path]
        if !path.isEmpty { paths += [Array(path.dropFirst()), Array(path.dropLast()), []] }
        for index in path.indices {
            var flipped = path
            flipped[index][31] ^= 1
            paths.append(flipped)
        }
        return paths
    }

    @Test func `sizes and indexes outside of the tree are refused, however large (A97, A100)`() {
        let hash = TreeHash.emptyTree
        for (index, size): (UInt64, UInt64) in [(0, 0), (1, 1), (.max, 1), (.max, .max)] {
            #expect(throws: LogError.outOfRange) {
                try InclusionProof(index: index, size: size, path: []).verify(hash, root: hash)
            }
            #expect(throws: LogError.outOfRange) {
                try Self.tree.inclusionProof(of: index, at: size)
            }
        }
        #expect(throws: LogError.proofInvalid) {
            try InclusionProof(index: 5, size: .max, path: []).verify(hash, root: hash)
        }
        for (oldSize, newSize): (UInt64, UInt64) in [(0, 0), (0, 5), (2, 1), (.max, 1)] {
            #expect(throws: LogError.outOfRange) {
                try ConsistencyProof(oldSize: oldSize, newSize: newSize, path: []).verify(
                    oldRoot: hash, newRoot: hash)
            }
            #expect(throws: LogError.outOfRange) {
                try Self.tree.consistencyProof(from: oldSize, to: newSize)
            }
        }
    }

    @Test func `an inner node is no leaf (A98)`() throws {
        let children = [TreeHash(leaf: [1]), TreeHash(leaf: [2])]
        var tree = MerkleTree()
        for child in children { tree.append(child) }
        let asEntry = TreeHash(leaf: children[0].array + children[1].array)
        #expect(throws: LogError.proofInvalid) {
            try InclusionProof(index: 0, size: 1, path: []).verify(asEntry, root: tree.root)
        }
    }
}
