internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
internal import TegataSDJWT

/// A text that the log commits to without showing anything of it (Spec/notice.md, "In the log").
enum LoggedDocument {
    /// What a text is known by: SHA-256 of what is signed of it, so that another signature over the same words is no other text
    /// (A10). A text that is JSON is taken whole, and so is everything else that is no compact token: a space in front of an object
    /// must not hide what is behind its last dot.
    static func digest(of text: String) -> FixedBytes<32> { digest(of: Array(text.utf8)) }

    static func digest(of text: [UInt8]) -> FixedBytes<32> {
        guard text.allSatisfy(isOfToken), let dot = text.lastIndex(of: UInt8(ascii: ".")) else {
            return SHA256.hash(text)
        }
        return SHA256.hash(text.span.extracting(0..<dot))
    }

    /// Whether a byte may stand in a compact JWS or SD-JWT: base64url, dots, tildes.
    private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// The entry of a text: whoever has text and salt computes it again, and nobody else learns from it.
    static func entry(
        _ kind: LogEntry.Kind, _ edition: EditionDigest, salt: FixedBytes<32>, _ text: String
    ) -> LogEntry {
        entry(kind, edition, salt: salt, digest: LoggedDocument.digest(of: text))
    }

    /// The entry of a text with this SHA-256.
    static func entry(
        _ kind: LogEntry.Kind, _ edition: EditionDigest, salt: FixedBytes<32>,
        digest: FixedBytes<32>
    ) -> LogEntry {
        LogEntry(
            kind: kind, edition: edition,
            content: taggedHash(
                "TEGATA-V01/document", [kind.rawValue], salt.array, digest.array
            ).array)
    }

    /// The proof with what opens the entry: kind 1 ‖ salt 32.
    static func proof(
        _ proof: LogProof, _ kind: LogEntry.Kind, salt: FixedBytes<32>
    ) -> String {
        LogProof(
            index: proof.index, path: proof.path, extra: [kind.rawValue] + salt.array,
            note: proof.note
        ).encoded
    }

    /// Checks that a text is in the log of `policy` as an entry of this kind.
    ///
    /// - Returns: the entry's number.
    /// - Throws: `logProofInvalid`.
    @discardableResult
    static func check(
        _ proof: String, _ kind: LogEntry.Kind, _ edition: EditionDigest, _ text: String,
        by policy: LogPolicy
    ) throws(Refusal) -> UInt64 {
        let proof = try LogProof(ofCard: proof)
        guard proof.extra.count == 33, proof.extra[0] == kind.rawValue,
            let salt = FixedBytes<32>(proof.extra[1...])
        else { throw .logProofInvalid }
        do {
            try proof.verify(entry(kind, edition, salt: salt, text).encoded, by: policy)
        } catch {
            throw .logProofInvalid
        }
        return proof.index
    }
}

extension FixedBytes where count == 32 {
    /// The bytes, or `nil` when all are zero: how memos write what is not there.
    var ifPresent: FixedBytes<32>? { self == FixedBytes<32>() ? nil : self }
}

/// Reads the fields of a memo.
///
/// - Throws: `malformed` for one of another length.
func readMemo<Value>(
    _ bytes: [UInt8], _ read: (inout Reader) throws(ProofError) -> Value
) throws(Refusal) -> Value {
    var reader = Reader(bytes)
    do {
        return try read(&reader)
    } catch {
        throw .malformed
    }
}

extension Reader {
    /// A text behind its length in four bytes, big-endian.
    mutating func text() throws(ProofError) -> String {
        let count: UInt32 = try integer()
        return String(decoding: try take(Int(count)), as: UTF8.self)
    }

    /// Everything that is left, as text.
    mutating func rest() throws(ProofError) -> String {
        String(decoding: try take(remaining), as: UTF8.self)
    }

    /// Eight bytes as a time.
    mutating func moment() throws(ProofError) -> Int64 {
        let bits: UInt64 = try integer()
        return Int64(bitPattern: bits)
    }
}
