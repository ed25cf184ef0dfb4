import TegataCrypto
import TegataLog
import Testing

@Suite struct LogProofTests {
    private let log: NoteSigner
    private let policy: LogPolicy
    private let proof: LogProof
    private let entry: [UInt8] = [5]

    init() throws {
        log = try NoteSigner(name: "log.example/cards", kind: .log)
        policy = try LogPolicy(log: log.key)
        var tree = MerkleTree()
        for number in UInt8(0)..<11 { tree.append(TreeHash(leaf: [number])) }
        let note = try Checkpoint(origin: "log.example/cards", size: 11, root: tree.root)
            .signed(by: log)
        proof = LogProof(
            index: 5, path: try tree.inclusionProof(of: 5, at: 11).path, extra: [1, 2, 3],
            note: note)
    }

    @Test func `a proof is read as it was written, and shows its entry only`() throws {
        let read = try LogProof(parsing: Array(proof.encoded.utf8))
        #expect(read == proof && read.encoded == proof.encoded)
        #expect(try read.verify(entry, by: policy).size == 11)
        #expect(throws: LogError.proofInvalid) { try read.verify([6], by: policy) }
        let moved = LogProof(index: 6, path: proof.path, note: proof.note)
        #expect(throws: LogError.proofInvalid) { try moved.verify(entry, by: policy) }
        let beyond = LogProof(index: 11, path: [], note: proof.note)
        #expect(throws: LogError.outOfRange) { try beyond.verify(entry, by: policy) }
        let bare = LogProof(index: 5, path: proof.path, note: proof.note)
        #expect(try LogProof(parsing: Array(bare.encoded.utf8)) == bare)
    }

    @Test func `each byte changed, cut or added is refused, but for what nothing vouches for`()
        throws
    {
        let genuine = Array(proof.encoded.utf8)
        let extra = proof.encoded.firstRange(of: "AQID").map {
            proof.encoded[..<$0.lowerBound].utf8.count..<proof.encoded[..<$0.upperBound].utf8.count
        }
        func check(_ bytes: [UInt8]) throws {
            try LogProof(parsing: bytes).verify(entry, by: policy)
        }
        for index in genuine.indices where extra?.contains(index) == false {
            var changed = genuine
            changed[index] ^= 1
            #expect(throws: LogError.self, "byte \(index)") { try check(changed) }
            #expect(throws: LogError.self, "cut at \(index)") {
                try check(Array(genuine[..<index]))
            }
        }
        #expect(throws: LogError.self) { try check(genuine + [0x0a]) }
        #expect(throws: LogError.self) { try check([0x0a] + genuine) }
    }

    @Test(arguments: ["index 05", "index +5", "index -5", "index 18446744073709551616", "index "])
    func `a number that is written in another way is refused`(_ line: String) {
        let text = proof.encoded.replacing("index 5", with: line)
        #expect(throws: LogError.malformed) { try LogProof(parsing: Array(text.utf8)) }
    }

    @Test func `more than 63 steps, more than 1 KiB of extra data are not read`() throws {
        let long = LogProof(
            index: 5, path: Array(repeating: proof.path[0], count: 64), note: proof.note)
        #expect(throws: LogError.limitExceeded) { try LogProof(parsing: Array(long.encoded.utf8)) }
        let heavy = LogProof(
            index: 5, path: proof.path, extra: Array(repeating: 1, count: 1025), note: proof.note)
        #expect(throws: LogError.limitExceeded) {
            try LogProof(parsing: Array(heavy.encoded.utf8))
        }
    }

    @Test func `a policy that nothing can satisfy, or that mistakes a witness for a log, is none`()
        throws
    {
        let witness = try NoteSigner(name: "w.example", kind: .witness).key
        #expect(throws: LogError.policyInvalid) { try LogPolicy(log: witness) }
        for (witnesses, quorum) in [
            ([log.key], 1), ([witness], 2), ([witness, witness], 2), ([], -1),
        ] {
            #expect(throws: LogError.policyInvalid) {
                try LogPolicy(log: log.key, witnesses: witnesses, quorum: quorum)
            }
        }
    }
}
