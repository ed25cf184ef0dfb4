package import TegataCrypto

/// A proof that one of many public points Y_i is δ·B, without saying which: the one-out-of-many proof of Groth and
/// Kohlweiss with digits in base 8, after Bootle et al. (protocol.md 4.6).
///
///     A ‖ B ‖ C ‖ E ‖ Q_0 … Q_{m−1} ‖ f_{0,1} … f_{m−1,7} ‖ z_A ‖ z_C ‖ z      33·(m + 4) + 32·(7m + 3) bytes
///
/// It is only ever part of a larger proof, whose statement and context are absorbed before its challenge is drawn.
struct OneOfMany {
    /// n: the base of the digits.
    static let base = 8
    /// m ≤ 4: at most 4,096 points in one proof.
    static let maximumDigits = 4

    /// A, B, C, E, Q_0 …
    let commitments: [Point]
    /// f_{j,i} for 1 ≤ i < 8, then z_A, z_C, z.
    let responses: [Scalar]

    /// m, for a list of `count` points: the least with 8^m ≥ `count`; `nil` for an empty or too long list.
    static func digits(for count: Int) -> Int? {
        guard count >= 1 else { return nil }
        return (1...maximumDigits).first { 1 << (3 * $0) >= count }
    }

    /// How many bytes a proof has.
    static func size(digits: Int) -> Int { 33 * (digits + 4) + 32 * (7 * digits + 3) }

    init(commitments: [Point], responses: [Scalar]) {
        self.commitments = commitments
        self.responses = responses
    }

    init(from reader: inout Reader, digits: Int) throws(ProofError) {
        var commitments: [Point] = []
        for _ in 0..<digits + 4 { commitments.append(try reader.point()) }
        var responses: [Scalar] = []
        for _ in 0..<7 * digits + 3 { responses.append(try reader.scalar(Scalar.self)) }
        self.commitments = commitments
        self.responses = responses
    }

    /// The proof that the image at `position` is `delta`·`base`, after `instance`.
    ///
    /// - Throws: `vanished` with probability 2^-250.
    static func prove(
        _ position: SecretPosition, in images: [Point], base: Point, opening delta: SecretScalar,
        digits: Int, hedging secrets: [SecretScalar], label: String, instance: [UInt8],
        using source: inout some Randomness
    ) throws(ProofError) -> OneOfMany {
        let prover = try OneOfManyProver(
            position, in: images, base: base, digits: digits, hedging: [delta] + secrets,
            transcript: instance, using: &source)
        let commitments = prover.commitments
        let x = challenge(label: label, instance: instance, commitments: commitments)
        return OneOfMany(
            commitments: commitments, responses: try prover.respond(to: x, opening: delta))
    }

    var encoded: [UInt8] { commitments.flatMap(\.encoded) + responses.flatMap(\.encoded) }

    /// The challenge x: `instance` is everything that comes before the commitments.
    static func challenge(
        label: String, instance: [UInt8], commitments: [Point]
    ) -> Scalar {
        var sponge = Self.sponge(label: label)
        sponge.absorb(instance)
        sponge.absorb(commitments.flatMap(\.encoded))
        return Scalar(reducingLittleEndian: sponge.squeeze(48))
    }

    static func sponge(label: String) -> DuplexSponge {
        DuplexSponge(
            session: DuplexSponge.session(
                tag: Array(
                    DuplexSponge.tag(
                        label: label, kind: "GK", suite: "tegata-gk_Shake128_secp256k1"
                    ).utf8)))
    }

    /// The digits of `position`, least significant first.
    static func digits(of position: Int, count: Int) -> [Int] {
        (0..<count).map { position >> (3 * $0) & 7 }
    }
}

/// The commitment key of one-out-of-many proofs: points of which nobody knows a relation.
enum DigitKey {
    /// H_0 … H_31, eight a digit.
    static let points = (0..<OneOfMany.base * OneOfMany.maximumDigits).map {
        Generators.named("gk-\($0)")
    }
}

/// Where the prover's point is in the list. Nothing it is used for depends on it in time or address.
package struct SecretPosition: Sendable {
    private let value: UInt16

    /// The position of `mine` in `list`, the last of several; every entry is compared.
    ///
    /// - Throws: `mismatch` when it is not there.
    package init(of mine: Point, in list: [Point]) throws(ProofError) {
        try self.init(of: mine.encoded, in: list.lazy.map(\.encoded))
    }

    /// The same for entries of several points, in their written form.
    init(of wanted: [UInt8], in list: some Sequence<[UInt8]>) throws(ProofError) {
        var value: UInt16 = 0
        var isFound = SecretBit(lowestOf: 0)
        for (index, entry) in list.enumerated() {
            let bit = SecretBit(entry, equals: wanted)
            value = bit.masking(UInt16(index)) | (!bit).masking(value)
            isFound = isFound | bit
        }
        // Not where it is, only whether: the holder is about to be told so.
        try isFound.declassify(orThrow: ProofError.mismatch)
        self.value = value
    }

    /// This position, without looking: a proof about another point than the prover's does not hold.
    package init(_ value: UInt16) {
        self.value = value
    }

    /// σ_{j,i}: whether digit j is i.
    func bits(digits: Int) -> [[SecretBit]] {
        (0..<digits).map { j in
            (0..<OneOfMany.base).map { i in
                SecretBit(value >> UInt16(3 * j) & 7, equals: UInt16(i))
            }
        }
    }
}
