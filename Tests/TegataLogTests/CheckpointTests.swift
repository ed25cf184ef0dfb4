import TegataCrypto
import TegataLog
import Testing

@Suite struct CheckpointTests {
    private let log: NoteSigner
    private let witnesses: [NoteSigner]
    private let checkpoint: Checkpoint
    private let note: SignedNote

    init() throws {
        log = try NoteSigner(name: "log.example/cards", kind: .log)
        witnesses = try ["w1.example", "w2.example"].map { name in
            try NoteSigner(name: name, kind: .witness)
        }
        checkpoint = try Checkpoint(
            origin: "log.example/cards", size: 3, root: TreeHash(leaf: [1]))
        note = try checkpoint.signed(by: log)
    }

    private func read(_ text: String) throws -> Checkpoint {
        try Checkpoint(
            parsing: SignedNote(parsing: Array(text.utf8)),
            by: LogPolicy(log: log.key, witnesses: witnesses.map(\.key), quorum: 0))
    }

    @Test func `a checkpoint is read as it was signed, and written as it was read`() throws {
        #expect(try read(note.encoded) == checkpoint)
        #expect(try SignedNote(parsing: Array(note.encoded.utf8)).encoded == note.encoded)
        for key in [log.key, witnesses[0].key] {
            #expect(try NoteKey(parsing: key.encoded) == key)
        }
    }

    @Test func `a quorum of witnesses is counted by key`() throws {
        let keys = witnesses.map(\.key)
        let once = witnesses[0].sign(note, at: 1_795_392_000)
        let twice = witnesses[0].sign(once, at: 1_795_392_001)
        let both = witnesses[1].sign(once, at: 1_795_392_000)
        func read(_ note: SignedNote, _ quorum: Int) throws -> Checkpoint {
            try Checkpoint(
                parsing: note, by: LogPolicy(log: log.key, witnesses: keys, quorum: quorum))
        }
        #expect(try read(both, 2) == checkpoint)
        #expect(try read(once, 1) == checkpoint)
        #expect(throws: LogError.witnessesMissing) { try read(twice, 2) }
        #expect(throws: LogError.witnessesMissing) { try read(note, 1) }
        let onlyWitness = witnesses[0].sign(try SignedNote(text: checkpoint.text), at: 1)
        #expect(throws: LogError.signatureInvalid) { try read(onlyWitness, 1) }
    }

    @Test func `each byte changed, cut or added is refused (A99)`() throws {
        let genuine = Array(witnesses[0].sign(note, at: 1).encoded.utf8)
        func expectRefused(_ bytes: [UInt8], _ what: Comment) {
            #expect(throws: LogError.self, what) {
                _ = try Checkpoint(
                    parsing: SignedNote(parsing: bytes),
                    by: LogPolicy(log: log.key, witnesses: witnesses.map(\.key), quorum: 1))
            }
        }
        for index in genuine.indices {
            var changed = genuine
            changed[index] ^= 1
            expectRefused(changed, "byte \(index)")
            expectRefused(Array(genuine[..<index]), "cut at \(index)")
        }
        expectRefused(genuine + [0x0a], "a newline more")
        expectRefused([0x0a] + genuine, "a newline before")
    }

    @Test func `another log, another origin, an extension line are refused (A99)`() throws {
        let other = try NoteSigner(name: "log.example/cards", kind: .log)
        #expect(throws: LogError.signatureInvalid) {
            try read(checkpoint.signed(by: other).encoded)
        }
        let foreign = try NoteSigner(name: "other.example", kind: .log)
        #expect(throws: LogError.originMismatch) { try checkpoint.signed(by: foreign) }
        func signed(_ text: String) throws -> String {
            try log.sign(SignedNote(text: text), at: 0).encoded
        }
        let root = checkpoint.text.split(separator: "\n")[2]
        #expect(throws: LogError.originMismatch) {
            try read(signed("other.example\n3\n\(root)\n"))
        }
        for text in [
            "log.example/cards\n3\n\(root)\nextension\n", "log.example/cards\n03\n\(root)\n",
            "log.example/cards\n+3\n\(root)\n", "log.example/cards\n-3\n\(root)\n",
            "log.example/cards\n18446744073709551616\n\(root)\n", "log.example/cards\n3\n",
            "log.example/cards\n3\n\(root.dropLast(4))\n", "log.example/cards\n0\n\(root)\n",
            "log.example/cards\n\n3\n\(root)\n",
        ] {
            #expect(throws: LogError.malformed, "\(text)") { try read(signed(text)) }
        }
    }

    @Test func `a signature of an unknown key is passed over, a hundred and one are too many`()
        throws
    {
        var crowd = note
        for index in 0..<99 {
            crowd = try NoteSigner(name: "w\(index)", kind: .witness).sign(crowd, at: 1)
        }
        #expect(try read(crowd.encoded) == checkpoint)
        let many = try NoteSigner(name: "one-more", kind: .witness).sign(crowd, at: 1)
        #expect(throws: LogError.limitExceeded) { try read(many.encoded) }
    }
}
