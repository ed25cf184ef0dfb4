internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// The active cards of an edition at one moment, as its issuer signed them: the crowd in which an anonymous holder
/// stands (Spec/anonymous.md).
///
/// Verifier and holder each take the same signed lists; nobody asks the issuer about one card.
public struct MemberSnapshot: Sendable {
    /// Whose edition it is.
    public let issuer: String
    /// The edition's id.
    public let edition: String
    /// When the issuer signed it, seconds since 1970: every card in it was issued before.
    public let time: Int64
    /// How many cards are in it.
    public let count: Int
    /// Within how many cards a proof hides at least: all of them up to 4,096, then the smallest part.
    public let anonymity: Int

    let cards: SnapshotParts
    let persons: SnapshotParts
    let announced: OpenEdition

    /// Reads lists that `Issuer.publicLists` signed.
    ///
    /// - Throws: `malformed`, also for lists of different lengths or out of order; `limitExceeded`, `typeMismatch`,
    ///   `issuerUntrusted`, `signatureInvalid`; `unsupported` for an edition without active cards.
    public init(parsing lists: String, from profile: IssuerProfile) throws(Refusal) {
        let lists = try SignedLists(parsing: lists, from: profile)
        guard lists.persons.count == lists.commitments.count else { throw .malformed }
        guard !lists.commitments.isEmpty else { throw .unsupported }
        announced = try profile.edition(lists.edition)
        issuer = profile.issuer
        edition = lists.edition
        time = lists.time
        count = lists.commitments.count
        cards = try SnapshotParts(lists.commitments)
        persons = try SnapshotParts(lists.persons)
        anonymity = min(cards.smallest, persons.smallest)
    }

    /// That a question is about this snapshot.
    ///
    /// - Throws: `typeMismatch` for another edition, issuer or list; `malformed`.
    func check(_ question: JSON) throws(Refusal) {
        let named = EditionName(
            issuer: try question.required("issuer").text(atMost: 2048),
            id: try question.required("edition").text(atMost: 64))
        guard named.names(edition, of: issuer),
            try question.required("snapshot").bytes() == root.array
        else { throw .typeMismatch }
    }

    /// 32 bytes that stand for both lists.
    var root: FixedBytes<32> {
        taggedHash("TEGATA-V01/snapshot", (cards.sets + persons.sets).flatMap { $0.root.array })
    }
}

/// A list of points in parts of at most 4,096, in one of which a proof hides.
///
/// A point's part is the first bits of its hash, as many as it takes: whoever is in one part stays together when the
/// list grows and parts are halved, so that nobody is singled out by what was added.
struct SnapshotParts: Sendable {
    let sets: [AnonymitySet]
    private let bits: Int

    var smallest: Int { sets.map(\.points.count).min() ?? 0 }

    /// - Throws: `malformed` unless the points are strictly ascending; `limitExceeded` beyond 2^16 parts, and for a
    ///   part without points.
    init(_ encoded: [[UInt8]]) throws(Refusal) {
        var points = [Point]()
        for (index, bytes) in encoded.enumerated() {
            guard let point = try? Point(parsing: bytes),
                index == 0 || encoded[index - 1].lexicographicallyPrecedes(bytes)
            else { throw .malformed }
            points.append(point)
        }
        for bits in 0...16 {
            var parts = [[Point]](repeating: [], count: 1 << bits)
            for point in points { parts[Self.part(of: point, bits: bits)].append(point) }
            guard parts.allSatisfy({ $0.count <= AnonymitySet.maximumCount }) else { continue }
            do {
                sets = try parts.map { part throws(ProofError) in try AnonymitySet(part) }
                self.bits = bits
                return
            } catch {
                throw .limitExceeded
            }
        }
        throw .limitExceeded
    }

    /// Which part a point is in.
    func part(of point: Point) -> Int { Self.part(of: point, bits: bits) }

    private static func part(of point: Point, bits: Int) -> Int {
        let hash = taggedHash("TEGATA-V01/part", point.encoded)
        return (Int(hash[0]) << 8 | Int(hash[1])) >> (16 - bits)
    }
}
