/// Signs the checkpoints of logs it knows, each only when it extends the last one it signed. So nobody whom two views of
/// a log are shown can be shown cosignatures of one witness on both.
public struct Witness: Sendable {
    private let signer: NoteSigner
    private let logs: [NoteKey]
    private let store: any WitnessStore

    /// A witness of these logs.
    ///
    /// - Throws: `policyInvalid` when the signer is no witness's, a key is no log's, or two logs have one origin.
    public init(
        _ signer: NoteSigner, of logs: [NoteKey], store: some WitnessStore
    ) throws(LogError) {
        guard signer.key.kind == .witness, logs.allSatisfy({ $0.kind == .log }),
            Set(logs.map { Array($0.name.utf8) }).count == logs.count
        else { throw .policyInvalid }
        self.signer = signer
        self.logs = logs
        self.store = store
    }

    /// What a witness answers over HTTP.
    public struct Answer: Hashable, Sendable {
        /// 200 with the cosignature; 400, 403, 404, 409, 422 or 500.
        public let status: Int
        /// The body: a signature line, the size that the witness has seen (409), or nothing.
        public let body: String

        /// The body's media type: 409 has one of its own.
        public var contentType: String { status == 409 ? "text/x.tlog.size" : "text/plain" }

        init(_ status: Int, _ body: String = "") {
            self.status = status
            self.body = body
        }
    }

    /// Answers a POST to `add-checkpoint`. What was seen is kept, durably, before the signature leaves.
    public func addCheckpoint(_ request: [UInt8], at time: UInt64) async -> Answer {
        guard let request = try? AddCheckpoint(parsing: request) else { return Answer(400) }
        let origin = request.note.text.prefix { $0 != "\n" }
        guard let log = logs.first(where: { $0.name.utf8.elementsEqual(origin.utf8) }) else {
            return Answer(404)
        }
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint(parsing: request.note, by: try LogPolicy(log: log))
        } catch {
            return Answer(error == .signatureInvalid ? 403 : 400)
        }
        guard request.oldSize <= checkpoint.size else { return Answer(400) }
        do {
            try await store.advance(log.name, to: Seen(checkpoint)) { seen throws(WitnessRefusal) in
                guard request.oldSize == seen.size else { throw .conflict(seen.size) }
                guard request.extends(seen, to: checkpoint) else { throw .proofInvalid }
            }
        } catch {
            return switch error {
            case .conflict(let size): Answer(409, "\(size)\n")
            case .proofInvalid: Answer(422)
            case .unavailable: Answer(500)
            }
        }
        let signed = signer.sign(request.note, at: time)
        return Answer(200, signed.lastLine)
    }
}

extension AddCheckpoint {
    /// Whether the proof leads from what was seen to the checkpoint.
    fileprivate func extends(_ seen: Seen, to checkpoint: Checkpoint) -> Bool {
        // The empty tree is the beginning of every tree, and nothing can be proved about it.
        guard seen.size > 0 else { return path.isEmpty }
        let proof = ConsistencyProof(oldSize: seen.size, newSize: checkpoint.size, path: path)
        return (try? proof.verify(oldRoot: seen.root, newRoot: checkpoint.root)) != nil
    }
}
