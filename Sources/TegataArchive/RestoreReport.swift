internal import TegataCrypto

/// That a register was restored, and what it has: signed by the issuer, and its council where there is one. Anyone holds it against the
/// public log; the relocation in the log names it.
public struct RestoreReport: Hashable, Sendable {
    private static let type = "tegata-restore+jwt"

    /// Whose register.
    public let issuer: String
    /// When it was restored, seconds since 1970.
    public let time: Int64
    /// From which archive.
    public let archive: FixedBytes<32>
    /// SHA-256 of the last part's manifest, which reaches all others.
    public let manifest: FixedBytes<32>
    /// How many records.
    public let size: UInt64
    /// The root of their entries.
    public let root: FixedBytes<32>
    /// How many entries had been published, as far as was known.
    public let published: UInt64
    /// The cards of each edition.
    public let counts: [EditionCount]

    init(of last: ArchiveManifest, published: UInt64, at time: Int64) {
        issuer = last.issuer
        self.time = time
        archive = last.key.id
        manifest = last.digest
        size = last.size
        root = last.root
        self.published = published
        counts = last.counts
    }

    func signed(by keys: IssuerKeys) throws(Refusal) -> String {
        try keys.sign(
            [
                "iss": .string(issuer), "iat": .whole(time), "archive": .bytes(archive.array),
                "manifest": .bytes(manifest.array), "size": .whole(Int64(clamping: size)),
                "root": .bytes(root.array), "published": .whole(Int64(clamping: published)),
                "counts": .array(counts.map(\.json)),
            ], type: Self.type)
    }

    /// Reads a report that the issuer, and its council where there is one, signed.
    ///
    /// - Throws: what reading a JWS throws; `unauthorized` without the council's signature, `typeMismatch` for another issuer's,
    ///   `malformed`.
    public init(parsing text: String, from profile: IssuerProfile) throws(Refusal) {
        try self.init(try profile.verified(text, type: Self.type, limit: 1 << 24))
    }

    /// Reads what a site is asked to sign for the council.
    ///
    /// - Throws: as `init(parsing:from:)`, but for the council.
    public init(proposed document: String, from profile: IssuerProfile) throws(Refusal) {
        try self.init(try profile.proposal(document, type: Self.type, limit: 1 << 24))
    }

    private init(_ payload: JSON) throws(Refusal) {
        issuer = try payload.required("iss").text(atMost: 2048)
        time = Int64(clamping: try payload.required("iat").time())
        archive = try payload.required("archive").fixedBytes()
        manifest = try payload.required("manifest").fixedBytes()
        size = try payload.required("size").time()
        root = try payload.required("root").fixedBytes()
        published = try payload.required("published").time()
        var counts = [EditionCount]()
        for count in try payload.required("counts").elements(atMost: 1 << 20) {
            counts.append(try EditionCount(json: count))
        }
        self.counts = counts
    }

    /// Checks that the log goes on from what was restored: that its first `size` entries are these.
    ///
    /// - Parameters:
    ///   - checkpoint: a checkpoint of the public log, checked by its caller's policy.
    ///   - proof: from `size` to the checkpoint's size.
    /// - Throws: `logProofInvalid` when it does not: the log lost or changed something.
    public func verify(
        _ checkpoint: Checkpoint, by proof: ConsistencyProof
    ) throws(Refusal) {
        guard proof.oldSize == size, proof.newSize == checkpoint.size else {
            throw .logProofInvalid
        }
        do {
            try proof.verify(oldRoot: root, newRoot: checkpoint.root)
        } catch {
            throw .logProofInvalid
        }
    }
}
