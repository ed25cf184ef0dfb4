import Foundation
import TegataCrypto
import TegataLog
import Testing

@Suite struct WitnessTests {
    private let log: NoteSigner
    private let signer: NoteSigner
    private let witness: Witness
    private var tree = MerkleTree()

    init() throws {
        log = try NoteSigner(name: "log.example/cards", kind: .log)
        signer = try NoteSigner(name: "w.example", kind: .witness)
        witness = try Witness(signer, of: [log.key], store: InMemoryWitnessStore())
        for number in UInt8(0)..<20 { tree.append(TreeHash(leaf: [number])) }
    }

    private func note(_ size: UInt64, of tree: MerkleTree? = nil) throws -> SignedNote {
        try Checkpoint(
            origin: log.key.name, size: size, root: try (tree ?? self.tree).root(at: size)
        ).signed(by: log)
    }

    private func request(
        old: String, proof: [TreeHash] = [], _ note: SignedNote
    ) -> [UInt8] {
        let lines = ["old \(old)"] + proof.map { Data($0.array).base64EncodedString() }
        return Array((lines.joined(separator: "\n") + "\n\n" + note.encoded).utf8)
    }

    private func ask(
        old: UInt64, to size: UInt64, _ proof: [TreeHash]? = nil, of tree: MerkleTree? = nil,
        by witness: Witness? = nil
    ) async throws -> Witness.Answer {
        let right =
            old > 0 && old < size
            ? try self.tree.consistencyProof(from: old, to: size).path : []
        return await (witness ?? self.witness).addCheckpoint(
            request(old: "\(old)", proof: proof ?? right, try note(size, of: tree)),
            at: 1_795_392_000)
    }

    @Test func `a log grows, and each step is signed`() async throws {
        var old: UInt64 = 0
        for size: UInt64 in [0, 1, 1, 7, 8, 20] {
            let answer = try await ask(old: old, to: size)
            #expect(answer.status == 200, "\(old) to \(size)")
            let whole = try note(size).encoded + answer.body
            let policy = try LogPolicy(log: log.key, witnesses: [signer.key], quorum: 1)
            let read = try Checkpoint(
                parsing: SignedNote(parsing: Array(whole.utf8)), by: policy)
            #expect(read.size == size)
            old = size
        }
    }

    @Test func `two views of one log, a shrunken one, a wrong proof are not signed (A100)`()
        async throws
    {
        var other = MerkleTree()
        for number in UInt8(100)..<120 { other.append(TreeHash(leaf: [number])) }
        #expect(try await ask(old: 0, to: 10).status == 200)
        #expect(try await ask(old: 10, to: 10, [], of: other).status == 422)
        #expect(try await ask(old: 10, to: 12, of: other).status == 422)
        #expect(try await ask(old: 10, to: 12, []).status == 422)
        #expect(try await ask(old: 10, to: 10, [TreeHash(leaf: [])]).status == 422)
        #expect(try await ask(old: 10, to: 5, []).status == 400)
        let small = try await ask(old: 5, to: 5)
        #expect(small.status == 409 && small.body == "10\n")
        #expect(small.contentType == "text/x.tlog.size")
        #expect(try await ask(old: 0, to: 12, []).body == "10\n")
        // After all that it still goes on from where it was.
        #expect(try await ask(old: 10, to: 12).status == 200)
        let fresh = try Witness(signer, of: [log.key], store: InMemoryWitnessStore())
        #expect(try await ask(old: 0, to: 3, [TreeHash(leaf: [])], by: fresh).status == 422)
    }

    @Test func `a stranger's log, a stranger's signature, a text that is no request`() async throws
    {
        let stranger = try NoteSigner(name: "other.example", kind: .log)
        let foreign = try Checkpoint(origin: "other.example", size: 0, root: .emptyTree)
        #expect(
            await witness.addCheckpoint(
                request(old: "0", try foreign.signed(by: stranger)), at: 1
            ).status == 404)
        let impostor = try NoteSigner(name: log.key.name, kind: .log)
        let forged = try Checkpoint(origin: log.key.name, size: 0, root: .emptyTree)
        #expect(
            await witness.addCheckpoint(
                request(old: "0", try forged.signed(by: impostor)), at: 1
            ).status == 403)
        let genuine = request(old: "0", try note(1))
        for index in genuine.indices {
            let cut = await witness.addCheckpoint(Array(genuine[..<index]), at: 1)
            #expect(cut.status == 400 || cut.status == 403 || cut.status == 404, "cut at \(index)")
        }
        for old in ["00", "-0", "+0", "", " 0", "18446744073709551616"] {
            #expect(
                await witness.addCheckpoint(request(old: old, try note(1)), at: 1).status == 400)
        }
        let many = Array(repeating: TreeHash(leaf: []), count: 64)
        #expect(
            await witness.addCheckpoint(request(old: "0", proof: many, try note(1)), at: 1).status
                == 400)
        #expect(await witness.addCheckpoint(genuine, at: 1).status == 200)
    }

    @Test func `of many that ask at once from one size, one is signed`() async throws {
        let witness = witness
        #expect(try await ask(old: 0, to: 2).status == 200)
        let trees = try (0..<50).map { number in
            var branch = tree
            try branch.truncate(to: 2)
            branch.append(TreeHash(leaf: [200, UInt8(number)]))
            return branch
        }
        let requests = try trees.map { tree in
            request(
                old: "2", proof: try tree.consistencyProof(from: 2, to: 3).path,
                try note(3, of: tree))
        }
        let signed = await withTaskGroup(of: Bool.self) { group in
            for request in requests {
                group.addTask { await witness.addCheckpoint(request, at: 1).status == 200 }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(signed == 1)
    }

    @Test func `what was seen outlives the process, and a damaged memory signs nothing`()
        async throws
    {
        let path = FileManager.default.temporaryDirectory.path + "/tegata-w-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        func witness() throws -> Witness {
            try Witness(
                signer, of: [log.key], store: FileWitnessStore(in: LogDirectory(at: path)))
        }
        #expect(try await ask(old: 0, to: 9, by: try witness()).status == 200)
        #expect(try await ask(old: 0, to: 3, by: try witness()).body == "9\n")
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: path).first)
        for text in ["", "9", "9\n", "x\ny\n"] {
            try text.write(toFile: path + "/" + file, atomically: true, encoding: .utf8)
            #expect(try await ask(old: 9, to: 12, by: try witness()).status == 500)
            #expect(try await ask(old: 0, to: 3, by: try witness()).status == 500)
        }
    }

    @Test func `a witness of nothing that can be, is none`() throws {
        let store = InMemoryWitnessStore()
        #expect(throws: LogError.policyInvalid) { try Witness(log, of: [log.key], store: store) }
        #expect(throws: LogError.policyInvalid) {
            try Witness(signer, of: [signer.key], store: store)
        }
        #expect(throws: LogError.policyInvalid) {
            try Witness(signer, of: [log.key, log.key], store: store)
        }
    }
}
