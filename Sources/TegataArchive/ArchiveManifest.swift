internal import TegataCrypto

/// What one part of an archive has, signed: the log's size and root, how many cards of each edition and in which status, and every chunk
/// of the file (Spec/archive.md). So what is missing is known, and not only what was changed.
public struct ArchiveManifest: Hashable, Sendable {
    static let type = "tegata-archive+jwt"
    /// Room for the tags of a million chunks, a quarter of a terabyte, as text within text.
    public static let maximumSize = 1 << 26

    /// Whose register.
    public let issuer: String
    /// When it was written, seconds since 1970.
    public let time: Int64
    /// What the archive is sealed to.
    public let key: ArchiveKey
    /// A hash of the keys in the first part: the same in all parts.
    let keys: FixedBytes<32>
    /// Which part of the archive, from 0: the first has the keys and everything until then, each of the others what came after.
    public let part: UInt32
    /// SHA-256 of the manifest before; `nil` for the first part.
    public let previous: FixedBytes<32>?
    /// The first record of the part.
    public let first: UInt64
    /// How many records the register had, and the edge of their tree.
    public let frontier: MerkleFrontier
    /// The checkpoint that says so, signed by the log.
    public let checkpoint: String
    /// The cards of each edition, in all parts until here.
    public let counts: [EditionCount]
    /// How long the file is, in bytes.
    public let byteCount: UInt64
    /// SHA-256 of the file's header.
    let header: FixedBytes<32>
    /// The tags of its chunks, 16 bytes each.
    let tags: [UInt8]
    /// The signed text. An issuer's council countersigns it.
    public let document: String

    /// How many records the register had.
    public var size: UInt64 { frontier.size }
    /// The root of their entries.
    public var root: FixedBytes<32> { frontier.root }
    /// The document's name in the manifest that follows: without the council's signature, which may come later.
    public var digest: FixedBytes<32> {
        SHA256.hash(Array(document.utf8.prefix { $0 != UInt8(ascii: "~") }))
    }

    var chunkCount: Int { tags.count / AESGCM.tagByteCount }

    /// What has been written and is about to be signed.
    struct Content {
        let issuer: String
        let time: Int64
        let key: ArchiveKey
        let keys: FixedBytes<32>
        let previous: ArchiveManifest?
        let frontier: MerkleFrontier
        let checkpoint: String
        let counts: [EditionCount]
        let byteCount: UInt64
        let header: FixedBytes<32>
        let tags: [UInt8]

        var part: UInt32 { previous.map { $0.part + 1 } ?? 0 }
        var first: UInt64 { previous?.size ?? 0 }
    }

    init(_ content: Content, signedBy signer: IssuerKeys) throws(Refusal) {
        issuer = content.issuer
        time = content.time
        key = content.key
        keys = content.keys
        part = content.part
        previous = content.previous?.digest
        first = content.first
        frontier = content.frontier
        checkpoint = content.checkpoint
        counts = content.counts
        byteCount = content.byteCount
        header = content.header
        tags = content.tags
        var payload: JSONObject = [
            "iss": .string(issuer), "iat": .whole(time), "key": .bytes(key.encoded),
            "keys": .bytes(keys.array),
            "part": .whole(Int64(part)), "first": .whole(Int64(clamping: first)),
            "size": .whole(Int64(clamping: frontier.size)),
            "peaks": .bytes(frontier.peaks.flatMap { $0.array }),
            "root": .bytes(frontier.root.array),
            "checkpoint": .string(checkpoint), "counts": .array(counts.map(\.json)),
            "bytes": .whole(Int64(clamping: byteCount)), "header": .bytes(header.array),
            "tags": .bytes(tags),
        ]
        if let previous { payload.add("previous", .bytes(previous.array)) }
        document = try signer.sign(.object(payload), type: Self.type)
    }

    /// Reads a manifest that the issuer signed, and its council where there is one.
    ///
    /// - Throws: what reading a JWS throws; `unauthorized` without the council's signature, `typeMismatch` for another issuer's,
    ///   `logProofInvalid` for a checkpoint that is not the log's for this size and root, `malformed`.
    public init(parsing text: String, from profile: IssuerProfile) throws(Refusal) {
        let payload = try profile.verified(text, type: Self.type, limit: Self.maximumSize)
        try self.init(payload, text, profile)
    }

    /// Reads what a site is asked to sign for the council; also the manifest of a part that another one follows, for whose manifest the
    /// council's signature speaks.
    ///
    /// - Throws: as `init(parsing:from:)`, but for the council.
    public init(proposed text: String, from profile: IssuerProfile) throws(Refusal) {
        let document = String(text.prefix { $0 != "~" })
        let payload = try profile.proposal(document, type: Self.type, limit: Self.maximumSize)
        try self.init(payload, text, profile)
    }

    private init(_ payload: JSON, _ text: String, _ profile: IssuerProfile) throws(Refusal) {
        issuer = try payload.required("iss").text(atMost: 2048)
        time = Int64(clamping: try payload.required("iat").time())
        key = try ArchiveKey(parsing: try payload.required("key").bytes())
        keys = try payload.required("keys").fixedBytes()
        guard let part = UInt32(exactly: try payload.required("part").time()) else {
            throw .malformed
        }
        self.part = part
        previous = try payload["previous"].map { value throws(Refusal) in try value.fixedBytes() }
        first = try payload.required("first").time()
        frontier = try Self.frontier(payload)
        checkpoint = try payload.required("checkpoint").text(atMost: 1 << 20)
        var counts = [EditionCount]()
        for count in try payload.required("counts").elements(atMost: 1 << 20) {
            counts.append(try EditionCount(json: count))
        }
        self.counts = counts
        byteCount = try payload.required("bytes").time()
        header = try payload.required("header").fixedBytes()
        tags = try payload.required("tags").bytes()
        document = text
        guard (part == 0) == (previous == nil), part > 0 || first == 0, first < frontier.size,
            hasFittingChunks
        else { throw .malformed }
        guard
            let said = try? Checkpoint(
                parsing: SignedNote(parsing: Array(checkpoint.utf8)),
                by: LogPolicy(log: profile.logKey)),
            said.size == frontier.size, said.root == frontier.root
        else { throw .logProofInvalid }
    }

    private static func frontier(_ payload: JSON) throws(Refusal) -> MerkleFrontier {
        let peaks = try payload.required("peaks").bytes()
        let hashes = stride(from: 0, to: peaks.count, by: 32).compactMap {
            TreeHash(peaks[$0..<min($0 + 32, peaks.count)])
        }
        let size = try payload.required("size").time()
        let root: TreeHash = try payload.required("root").fixedBytes()
        guard let frontier = try? MerkleFrontier(size: size, peaks: hashes), frontier.root == root
        else { throw .malformed }
        return frontier
    }

    /// Whether a file of this many bytes has this many chunks.
    private var hasFittingChunks: Bool {
        let sealed = UInt64(ChunkCipher.size + AESGCM.tagByteCount)
        let count = UInt64(chunkCount)
        guard count > 0, tags.count % AESGCM.tagByteCount == 0 else { return false }
        let before = UInt64(PartHeader.size) + (count - 1) * sealed
        return byteCount > before + UInt64(AESGCM.tagByteCount) && byteCount <= before + sealed
    }

    /// How long a chunk is in the file.
    func length(of chunk: Int) -> Int {
        let sealed = ChunkCipher.size + AESGCM.tagByteCount
        guard chunk == chunkCount - 1 else { return sealed }
        return Int(byteCount) - PartHeader.size - chunk * sealed
    }

    func tag(of chunk: Int) -> ArraySlice<UInt8> {
        tags[AESGCM.tagByteCount * chunk..<AESGCM.tagByteCount * (chunk + 1)]
    }
}
