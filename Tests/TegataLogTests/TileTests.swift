import TegataLog
import Testing

@Suite struct TileTests {
    @Test func `a tree consists of whole files and one begun on each level`() {
        #expect(Array(Tile.all(of: 0)).isEmpty)
        #expect(
            Tile.all(of: 600).map(\.path) == [
                "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88", "tile/0/000",
                "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
            ])
        #expect(Tile.all(of: 256 * 1_068).contains { $0.path == "tile/0/x001/067" })
        #expect(Tile.all(of: .max).first { _ in true }?.path == "tile/entries/000")
    }

    @Test func `files of hashes give the root of the whole tree`() throws {
        var tree = MerkleTree()
        for number in 0..<512 {
            tree.append(TreeHash(leaf: [UInt8(number & 255), UInt8(number >> 8)]))
        }
        for tile in Tile.all(of: 512) where tile.content != .entries {
            #expect(tree.encoded(tile)?.count == 32 * tile.width)
        }
        let top = Tile.all(of: 512).first { $0.content == .hashes(level: 1) }
        let bytes = try #require(top.flatMap(tree.encoded))
        let halves = [bytes[..<32], bytes[32...]].compactMap { TreeHash($0) }
        #expect(TreeHash(above: halves[0], halves[1]) == tree.root)
        for tile in Tile.all(of: 600) where tile.index == 2 { #expect(tree.encoded(tile) == nil) }
    }

    @Test func `a bundle with a byte missing or left over is refused`() throws {
        let bundle = try EntryBundle([[1, 2, 3], [], [UInt8](repeating: 7, count: 300)])
        #expect(try EntryBundle(parsing: bundle.encoded, width: 3) == bundle)
        for count in bundle.encoded.indices {
            #expect(throws: LogError.malformed) {
                try EntryBundle(parsing: Array(bundle.encoded[..<count]), width: 3)
            }
        }
        for width in [0, 1, 2, 4] {
            #expect(throws: LogError.malformed) {
                try EntryBundle(parsing: bundle.encoded, width: width)
            }
        }
        #expect(throws: LogError.limitExceeded) { try EntryBundle(parsing: [], width: 257) }
        #expect(throws: LogError.limitExceeded) {
            try EntryBundle([[UInt8](repeating: 0, count: 65_536)])
        }
    }
}
