import TegataLog
import Testing

@Suite struct FrontierTests {
    @Test func `the edge of a tree has the tree's root at every size up to 70`() throws {
        var tree = MerkleTree()
        var frontier = MerkleFrontier()
        #expect(frontier.root == tree.root)
        for number in 0..<70 {
            let leaf = TreeHash(leaf: [UInt8(number)])
            tree.append(leaf)
            frontier.append(leaf)
            #expect(frontier.root == tree.root && frontier.size == tree.size)
            #expect(frontier.peaks.count == frontier.size.nonzeroBitCount)
            var resumed = try MerkleFrontier(size: frontier.size, peaks: frontier.peaks)
            resumed.append(leaf)
            var longer = frontier
            longer.append(leaf)
            #expect(resumed == longer)
            #expect(throws: LogError.outOfRange) {
                try MerkleFrontier(size: frontier.size, peaks: frontier.peaks + [leaf])
            }
        }
    }
}
