public import TegataCrypto
internal import TegataSDJWT

/// How an edition is drawn among those who entered, so that anyone can compute it again (Spec/edition.md, "Draws").
///
/// The issuer commits to its seed before anybody enters, and cannot choose it afterwards; the other half of the chance is named in
/// advance and known only after entries have closed, so the issuer cannot choose that either.
public struct Draw: Hashable, Sendable {
    /// What the seed must hash to, 32 bytes.
    public let commitment: FixedBytes<32>
    /// What will decide, in words that leave no choice: "the closing value of … on …, in yen, without separators".
    public let randomness: String
    /// The last second in which one can enter, since 1970.
    public let closes: Int64

    /// A draw by this seed and by what is named.
    public init(by seed: DrawSeed, and randomness: String, closing closes: Int64) {
        self.init(commitment: seed.commitment, randomness: randomness, closes: closes)
    }

    init(commitment: FixedBytes<32>, randomness: String, closes: Int64) {
        self.commitment = commitment
        self.randomness = randomness
        self.closes = closes
    }

    /// The number that everything follows from: of the seed, of what chance said, and of everyone who entered.
    static func key(
        seed: FixedBytes<32>, outcome: String, entrants: [FixedBytes<32>]
    ) -> FixedBytes<32> {
        taggedHash(
            "TEGATA-V01/draw", seed.array, lengthPrefixed(outcome),
            SHA256.hash(entrants.flatMap { $0.array }).array)
    }

    /// Who comes first, second and so on: numbers of entrants in the order of the draw (Fisher and Yates, from the end; each step takes
    /// eight bytes of SHA-256(key ‖ counter) and tries again above the largest multiple).
    static func order(of count: Int, by key: FixedBytes<32>) -> [Int] {
        var order = Array(0..<count)
        var counter: UInt64 = 0
        for last in order.indices.dropFirst().reversed() {
            let sides = UInt64(last + 1)
            var number: UInt64
            repeat {
                let block = SHA256.hash(key.array + bigEndian(counter))
                number = (0..<8).reduce(0) { $0 << 8 | UInt64(block[$1]) }
                counter += 1
            } while number >= UInt64.max - UInt64.max % sides
            order.swapAt(last, Int(number % sides))
        }
        return order
    }
}

/// An issuer's half of the chance in a draw, 32 bytes: secret until the draw, public afterwards. Who knows it before and knows
/// the other half in time could choose whether to enter.
public struct DrawSeed: Sendable {
    /// The bytes, to be kept until the draw.
    public let exposedRawRepresentation: [UInt8]

    /// A new random seed.
    public init() {
        var random = SystemRandomness()
        exposedRawRepresentation = random.bytes(32)
    }

    /// A seed that was kept; `nil` unless it has 32 bytes.
    public init?(rawRepresentation: [UInt8]) {
        guard rawRepresentation.count == 32 else { return nil }
        exposedRawRepresentation = rawRepresentation
    }

    /// What is announced of it.
    var commitment: FixedBytes<32> {
        taggedHash("TEGATA-V01/draw-seed", exposedRawRepresentation)
    }
}

/// The draw as it was held: a text that the issuer signed, and an entry of its log.
struct HeldDraw {
    static let type = "tegata-draw+jwt"

    let issuer: String
    let edition: String
    let seed: FixedBytes<32>
    /// What chance said.
    let outcome: String
    let entrants: Int

    func signed(by key: SigningKey, at time: Int64) throws(Refusal) -> String {
        try SignedText.sign(
            [
                "iss": .string(issuer), "iat": .whole(time), "edition": .string(edition),
                "seed": .bytes(seed.array), "outcome": .string(outcome),
                "entrants": .whole(Int64(entrants)),
            ], type: Self.type, by: key)
    }

    init(
        issuer: String, edition: String, seed: FixedBytes<32>, outcome: String, entrants: Int
    ) {
        self.issuer = issuer
        self.edition = edition
        self.seed = seed
        self.outcome = outcome
        self.entrants = entrants
    }

    /// - Throws: what `SignedText.verify` throws; `malformed`.
    init(parsing text: String, by ring: KeyRing) throws(Refusal) {
        let payload = try SignedText.verify(text, type: Self.type, by: ring)
        issuer = try payload.required("iss").text(atMost: 2048)
        edition = try payload.required("edition").text(atMost: 64)
        seed = try payload.required("seed").fixedBytes()
        outcome = try payload.required("outcome").text(atMost: 1024)
        guard let count = try payload.required("entrants").integer, count >= 0 else {
            throw .malformed
        }
        entrants = Int(clamping: count)
    }
}
