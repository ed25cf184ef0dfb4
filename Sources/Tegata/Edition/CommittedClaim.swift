internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A claim whose value is also inside every card's commitment, so that a holder can show something about it without
/// showing it: "born before 2008", "resident or staff" (Spec/binding.md, "Predicates").
public struct CommittedClaim: Hashable, Sendable {
    /// The claim's name.
    public let name: String
    let kind: Kind

    enum Kind: Hashable {
        case text
        case number(bits: Int)
    }

    /// Whether a wallet shows only what can be proven about it, and its value to nobody unless its owner insists.
    public let isPredicateOnly: Bool

    /// A claim that is a text, of which a holder can show that it is one of several.
    public static func text(_ name: String, isPredicateOnly: Bool = false) -> CommittedClaim {
        CommittedClaim(name: name, kind: .text, isPredicateOnly: isPredicateOnly)
    }

    /// A claim that is a whole number below 2^`bits`, 1 … 32, of which a holder can show that it is at least or at most
    /// some number. A proof grows by 129 bytes a bit: a day since 1970 takes 16 bits, a score of 100 takes 7.
    public static func number(
        _ name: String, bits: Int, isPredicateOnly: Bool = false
    ) -> CommittedClaim {
        CommittedClaim(name: name, kind: .number(bits: bits), isPredicateOnly: isPredicateOnly)
    }

    /// As many as a card's commitment holds.
    static let maximumCount = Generators.maximumAttributes

    var isPossible: Bool {
        guard (1...256).contains(name.utf8.count), !Claims.reservedNames.contains(name) else {
            return false
        }
        if case .number(let bits) = kind { return (1...32).contains(bits) }
        return true
    }

    /// Below which power of two a number is; `nil` for a text.
    public var bits: Int? {
        if case .number(let bits) = kind { bits } else { nil }
    }

    var json: JSON {
        var object: JSONObject = ["name": .string(name)]
        if let bits { object.add("bits", .whole(Int64(bits))) }
        if isPredicateOnly { object.add("predicate_only", true) }
        return .object(object)
    }

    init(name: String, kind: Kind, isPredicateOnly: Bool = false) {
        self.name = name
        self.kind = kind
        self.isPredicateOnly = isPredicateOnly
    }

    init(json: JSON) throws(Refusal) {
        name = try json.required("name").text(atMost: 256)
        if let bits = json["bits"] {
            guard let integer = bits.integer, let bits = Int(exactly: integer) else {
                throw .malformed
            }
            kind = .number(bits: bits)
        } else {
            kind = .text
        }
        let mark = try json["predicate_only"]?.flag()
        // One way to say no: not to say it.
        guard mark != false else { throw .malformed }
        isPredicateOnly = mark ?? false
        guard isPossible else { throw .malformed }
    }

    /// The scalar that stands for `value`; `nil` for a value of another type or size.
    func scalar(_ value: JSON) -> Scalar? {
        switch kind {
        case .text:
            value.string.map { CardCommitment.attribute(Array(name.utf8), Array($0.utf8)) }
        case .number(let bits):
            value.integer.flatMap(UInt64.init(exactly:)).flatMap {
                $0 >> UInt64(bits) == 0 ? Predicate.scalar($0) : nil
            }
        }
    }
}

extension Edition {
    /// The claims whose values a wallet keeps to itself.
    var predicateOnlyClaims: Set<String> {
        Set(committed.filter(\.isPredicateOnly).map(\.name))
    }

    /// That what the issuer is about to say is what cards commit to, and that nobody sees what is to stay hidden.
    ///
    /// - Throws: `IssuingError.committedClaim`, `predicateOnlyClaim`, naming the claim.
    func check(_ claims: Claims) throws(IssuingError) {
        _ = try attributes(of: claims.value(of:))
        for item in claims.items where !item.claim.isSelective {
            guard !predicateOnlyClaims.contains(item.name) else {
                throw .predicateOnlyClaim(name: item.name)
            }
        }
    }

    /// The scalars of the committed claims, in their order.
    ///
    /// - Throws: `IssuingError.committedClaim`, naming the first that is missing or does not fit.
    func attributes(of values: (String) -> JSON?) throws(IssuingError) -> [Scalar] {
        var scalars = [Scalar]()
        for claim in committed {
            guard let scalar = values(claim.name).flatMap(claim.scalar) else {
                throw .committedClaim(name: claim.name)
            }
            scalars.append(scalar)
        }
        return scalars
    }
}
