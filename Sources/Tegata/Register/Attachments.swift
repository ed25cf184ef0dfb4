internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A text that belongs to an edition (Spec/register.md, "Attachments").
struct Attachment: Sendable {
    static let nameLimit = 128
    static let textLimit = 1 << 19

    let name: String
    let text: String

    /// What the entry commits to.
    var document: String { JSON.object(["name": .string(name), "text": .string(text)]).text }

    /// - Throws: `malformed` for a name that is none, `limitExceeded` for a longer name or text.
    init(_ name: String, _ text: String) throws(Refusal) {
        guard !name.isEmpty else { throw .malformed }
        guard name.utf8.count <= Self.nameLimit, text.utf8.count <= Self.textLimit else {
            throw .limitExceeded
        }
        self.name = name
        self.text = text
    }

    /// Reads the document of a memo.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    init(parsing document: String) throws(Refusal) {
        let limits = JSONLimits(depth: 2, values: 8, bytes: 8 * Self.textLimit)
        guard
            let json = try JSON(parsing: Array(document.utf8), limits: limits).object,
            let name = json["name"]?.string, let text = json["text"]?.string
        else { throw .malformed }
        try self.init(name, text)
    }

    /// A longer text in as many attachments as it takes, numbered from 0. It is one of base64url and dots: any byte is a whole character.
    static func pieces(of text: String, under prefix: String) throws(Refusal) -> [Attachment] {
        let bytes = Array(text.utf8)
        var pieces = [Attachment]()
        for start in stride(from: 0, to: bytes.count, by: textLimit) {
            let piece = bytes[start..<min(start + textLimit, bytes.count)]
            pieces.append(
                try Attachment(
                    prefix + "\(pieces.count)", String(decoding: piece, as: UTF8.self)))
        }
        return pieces
    }

    /// The record of it.
    func record(in edition: EditionDigest) -> Register.Outcome {
        var random = SystemRandomness()
        let memo = AttachmentMemo(salt: random.fixed(), document: document)
        return .new(memo.entry(in: edition), .attachment(memo))
    }
}

/// An attachment as the issuer keeps it beside its log entry.
struct AttachmentMemo: Sendable {
    let salt: FixedBytes<32>
    let document: String

    var fields: [UInt8] { salt.array + Array(document.utf8) }

    func entry(in edition: EditionDigest) -> LogEntry {
        LoggedDocument.entry(.attachment, edition, salt: salt, document)
    }
}

extension AttachmentMemo {
    /// - Throws: `malformed`.
    init(_ bytes: [UInt8]) throws(Refusal) {
        self = try readMemo(bytes) { reader throws(ProofError) in
            AttachmentMemo(salt: try reader.fixed(), document: try reader.rest())
        }
    }
}

/// An edition's attachments, in the order of their records.
struct Attachments: Sendable {
    private var records = [String: (record: UInt64, digest: FixedBytes<32>)]()
    private(set) var names = [String]()

    /// The record of the attachment with this name.
    func record(of name: String) -> UInt64? { records[name]?.record }

    /// Whether this very attachment is there.
    ///
    /// - Throws: `conflict` for another one of this name.
    func has(_ attachment: Attachment) throws(Refusal) -> Bool {
        guard let known = records[attachment.name] else { return false }
        guard known.digest == LoggedDocument.digest(of: attachment.document) else {
            throw .conflict
        }
        return true
    }

    /// - Throws: `malformed` for a second one of a name, whatever is in the journal.
    mutating func take(
        _ memo: AttachmentMemo, _ entry: LogEntry, at record: UInt64
    ) throws(Refusal) {
        let attachment = try Attachment(parsing: memo.document)
        guard memo.entry(in: entry.edition) == entry, records[attachment.name] == nil else {
            throw .malformed
        }
        records[attachment.name] = (record, LoggedDocument.digest(of: memo.document))
        names.append(attachment.name)
    }
}

extension RegisterState {
    /// Writes what of these is not there yet, all or none.
    ///
    /// - Throws: `conflict` for another one of a name, `limitExceeded` beyond 4,096 in an edition.
    func attach(
        _ attachments: [Attachment], to edition: EditionDigest, _ batch: inout Register.Batch
    ) throws(Refusal) -> Register.Decision {
        guard batch.entries.isEmpty else { return .wait }
        let known = try book(edition).attachments
        var new = [Register.Outcome]()
        for attachment in attachments where try !known.has(attachment) {
            new.append(attachment.record(in: edition))
        }
        guard known.names.count + new.count <= 4096 else { throw .limitExceeded }
        batch.isChange = true
        return .done(new)
    }
}
