internal import TegataCrypto
internal import TegataProofs

/// How a part of an archive begins, 94 bytes: what it is, and what the file's own key follows from.
///
///     "tegata-archive/1\n" 17 ‖ archive 32 ‖ part 4 ‖ first record 8 ‖ E 33
struct PartHeader: Hashable, Sendable {
    static let size = 94
    private static let magic = Array("tegata-archive/1\n".utf8)

    let archive: FixedBytes<32>
    let part: UInt32
    let first: UInt64
    /// E: the writer's half of the key agreement, fresh for each file.
    let ephemeral: Point

    var encoded: [UInt8] {
        Self.magic + archive.array + bigEndian(part) + bigEndian(first) + ephemeral.encoded
    }

    /// - Throws: `malformed`.
    init(parsing bytes: [UInt8]) throws(Refusal) {
        var reader = Reader(bytes)
        do {
            guard try reader.take(Self.magic.count) == Self.magic else {
                throw ProofError.malformed
            }
            archive = try reader.fixed()
            part = try reader.integer()
            first = try reader.integer()
            ephemeral = try reader.point()
            try reader.finish()
        } catch {
            throw .malformed
        }
    }

    private init(archive: FixedBytes<32>, part: UInt32, first: UInt64, ephemeral: Point) {
        self.archive = archive
        self.part = part
        self.first = first
        self.ephemeral = ephemeral
    }

    /// A new file's header, and what seals its chunks. The ephemeral secret is gone with this call: the writer cannot open the file.
    static func sealing(
        to key: ArchiveKey, part: UInt32, first: UInt64, using source: inout some Randomness
    ) -> (header: PartHeader, cipher: ChunkCipher) {
        let secret = SecretScalar.random(using: &source)
        let header = PartHeader(
            archive: key.id, part: part, first: first, ephemeral: secret.timesGenerator)
        return (
            header,
            ChunkCipher(agreed: key.shared.publicKey.times(secret), header: header.encoded)
        )
    }

    /// What opens the file's chunks.
    func cipher(_ secret: SecretScalar) -> ChunkCipher {
        ChunkCipher(agreed: ephemeral.times(secret), header: encoded)
    }
}

/// Seals and opens the chunks of one file: AES-256-GCM under a key of the file's own, the chunk's number and whether it is the last
/// one in the nonce (STREAM: Hoang, Reyhanitabar, Rogaway and Vizár, 2015), the header as additional data.
struct ChunkCipher: Sendable {
    /// Bytes of a chunk, sealed 16 more; the last one may be shorter.
    static let size = 1 << 18

    private let key: SecretBytes
    private let header: [UInt8]

    fileprivate init(agreed point: Point, header: [UInt8]) {
        guard
            let derived = try? HKDF.derive(
                from: point.encoded, salt: header, info: Array("TEGATA-V01/archive-file".utf8),
                count: 32)
        else { preconditionFailure("32 bytes are not too many") }
        key = SecretBytes(copying: derived.span)
        self.header = header
    }

    private func nonce(_ number: UInt64, _ isLast: Bool) -> [UInt8] {
        [0, 0, 0] + bigEndian(number) + [isLast ? 1 : 0]
    }

    /// Ciphertext ‖ tag.
    func seal(_ chunk: [UInt8], number: UInt64, isLast: Bool) -> [UInt8] {
        guard
            let sealed = try? AESGCM.seal(
                chunk, key: key.exposedBytes, nonce: nonce(number, isLast), authenticating: header)
        else { preconditionFailure("a key of 32 bytes seals") }
        return sealed
    }

    /// `nil` for anything but what was sealed at this place.
    func open(_ sealed: [UInt8], number: UInt64, isLast: Bool) -> [UInt8]? {
        try? AESGCM.open(
            sealed, key: key.exposedBytes, nonce: nonce(number, isLast), authenticating: header)
    }
}
