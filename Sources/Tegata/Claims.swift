public import TegataSDJWT

/// What an issuer says about a member, beyond edition and serial: names and values, in the open or selectively
/// disclosable.
///
///     ["tier": "gold", "name": .selective("Yu")]
public struct Claims: Sendable, ExpressibleByDictionaryLiteral {
    package let items: [(name: String, claim: Claim)]

    /// The claims written, in their order.
    public init(dictionaryLiteral elements: (String, Claim)...) {
        items = elements.map { (name: $0.0, claim: $0.1) }
    }

    /// The claims given, in their order.
    public init(_ items: [(name: String, claim: Claim)]) {
        self.items = items
    }

    /// Names that the card itself, SD-JWT VC or SD-JWT uses.
    static let reservedNames: Set<String> = [
        "iss", "sub", "aud", "nbf", "iat", "exp", "jti", "cnf", "vct", "vct#integrity", "aka_vcts",
        "status", "edition", "serial", "benefits", "commitment", "proof_of_person", "_sd",
        "_sd_alg", "...",
    ]

    /// The value of the claim `name`.
    func value(of name: String) -> JSON? {
        items.first { $0.name.hasSameBytes(as: name) }?.claim.value
    }

    /// As many disclosures as verifiers read.
    static let maximumCount = 1_024

    /// Refuses what must not get into a card.
    ///
    /// - Throws: `IssuingError`, naming the claim.
    func check() throws(IssuingError) {
        guard items.count <= Self.maximumCount else { throw .tooManyClaims }
        var names = Set<[UInt8]>()
        for (name, claim) in items {
            guard !name.isEmpty, name.utf8.count <= 256 else { throw .claimName(name: name) }
            guard !Self.reservedNames.contains(name) else { throw .reservedClaim(name: name) }
            guard names.insert(Array(name.utf8)).inserted else { throw .duplicateClaim(name: name) }
            do {
                try [claim.issued(as: name)].check(isCredential: true)
            } catch {
                throw error == .tooDeep ? .claimTooDeep(name: name) : .reservedClaim(name: name)
            }
            guard claim.isVouchedFor || !claim.value.couldHoldIDNumber,
                !NumberGuard.finds(in: name)
            else { throw .looksLikeIDNumber(claim: name) }
        }
    }
}

/// The value of one claim, and how it is shown.
public struct Claim: Sendable {
    /// The value.
    public let value: JSON
    /// Whether the holder decides, each time, to show it or not.
    public let isSelective: Bool
    let isVouchedFor: Bool

    /// The claim as SD-JWT writes it.
    func issued(as name: String) -> IssuedClaim {
        IssuedClaim(name, .plain(value), isSelective: isSelective)
    }

    private init(_ value: JSON, isSelective: Bool, isVouchedFor: Bool = false) {
        self.value = value
        self.isSelective = isSelective
        self.isVouchedFor = isVouchedFor
    }

    /// A claim that every verifier sees.
    public static func open(_ value: JSON) -> Claim {
        Claim(value, isSelective: false)
    }

    /// A claim that the holder shows or keeps.
    public static func selective(_ value: JSON) -> Claim {
        Claim(value, isSelective: true)
    }

    /// The same claim, when the issuer vouches that its twelve digits are no My Number: one random 12-digit string
    /// in ten has a valid check digit.
    public static func notAnIDNumber(_ claim: Claim) -> Claim {
        Claim(claim.value, isSelective: claim.isSelective, isVouchedFor: true)
    }
}

extension Claim: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    /// A string in the open.
    public init(stringLiteral value: String) { self = .open(.string(value)) }
    /// A whole number in the open.
    public init(integerLiteral value: Int64) { self = .open(.number(JSONNumber(value))) }
    /// A truth value in the open.
    public init(booleanLiteral value: Bool) { self = .open(.bool(value)) }
    /// A list in the open.
    public init(arrayLiteral elements: JSON...) { self = .open(.array(elements)) }
}

extension JSON {
    /// Whether some name, text or number in it could be a 12-digit My Number.
    package var couldHoldIDNumber: Bool {
        switch self {
        case .string(let text): NumberGuard.finds(in: text)
        case .number(let number): NumberGuard.finds(in: number)
        case .array(let elements):
            elements.contains(where: \.couldHoldIDNumber)
                || NumberGuard.finds(in: elements.map(\.description).joined(separator: " "))
        case .object(let object):
            object.members.contains {
                NumberGuard.finds(in: $0.name) || $0.value.couldHoldIDNumber
            }
        case .null, .bool: false
        }
    }
}

extension NumberGuard {
    /// Whether a number is written as, or means, twelve digits that check.
    static func finds(in number: JSONNumber) -> Bool {
        if finds(in: number.token) { return true }
        guard let value = number.double, value.magnitude < 1e15,
            let whole = Int64(exactly: value.magnitude.rounded(.towardZero))
        else { return false }
        // A number loses its leading zero, which counts as a digit of the identifier. Two zeros are not assumed: every
        // tenth point in time would look like an identifier.
        let digits = String(whole)
        return (11...12).contains(digits.count)
            && finds(in: String(repeating: "0", count: 12 - digits.count) + digits)
    }
}
