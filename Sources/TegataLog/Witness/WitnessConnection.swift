/// A witness as its log sees it: a key, and a way to ask.
public struct WitnessConnection: Sendable {
    /// Posts a body to the witness's `add-checkpoint`, and gives back status and body.
    public typealias Post = @Sendable (_ body: String) async throws -> (status: Int, body: [UInt8])

    /// The key that its cosignatures are checked with.
    public let key: NoteKey
    private let post: Post

    /// A witness that is asked through `post`; the library opens no socket.
    public init(_ key: NoteKey, post: @escaping Post) {
        self.key = key
        self.post = post
    }

    /// A witness in the same process.
    public init(_ key: NoteKey, _ witness: Witness, time: @escaping @Sendable () -> UInt64) {
        self.init(key) { body in
            let answer = await witness.addCheckpoint(Array(body.utf8), at: time())
            return (answer.status, Array(answer.body.utf8))
        }
    }

    /// Asks for a cosignature on the note of a tree. `seen` is the size that the witness is believed to have seen, and
    /// afterwards the one that it has.
    ///
    /// - Returns: the note with the cosignature; `nil` when the witness did not give one.
    package func cosign(
        _ note: SignedNote, of tree: MerkleTree, at size: UInt64, seen: inout UInt64
    ) async -> SignedNote? {
        // Twice: the first answer may be the size that it really has seen.
        for _ in 0..<2 {
            guard seen <= size else { return nil }
            let path =
                seen > 0 && seen < size
                ? (try? tree.consistencyProof(from: seen, to: size).path) ?? [] : []
            let request = AddCheckpoint(oldSize: seen, path: path, note: note).encoded
            guard let answer = try? await post(request) else { return nil }
            let body = String(decoding: answer.body, as: UTF8.self)
            if answer.status == 409, let real = UInt64(decimal: body.dropLast()), real != seen {
                seen = real
                continue
            }
            guard answer.status == 200 else { return nil }
            seen = size
            return note.adding(cosignature: body, by: key)
        }
        return nil
    }
}

extension SignedNote {
    /// The signature that was added last, as a line.
    var lastLine: String {
        lines.last.map { Self(text: text, lines: [$0]).encoded }.map {
            String($0.dropFirst(text.count + 1))
        } ?? ""
    }

    /// The note with one more signature line; `nil` unless `key` made it for this text.
    fileprivate func adding(cosignature line: String, by key: NoteKey) -> SignedNote? {
        guard let alone = try? SignedNote(parsing: Array((text + "\n" + line).utf8)),
            let signers = try? alone.verified(by: [key]), signers == [key], alone.lines.count == 1
        else { return nil }
        return adding(alone.lines[0])
    }
}
