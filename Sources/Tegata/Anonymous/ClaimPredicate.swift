internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// Something an anonymous holder shows about a committed claim, whose value stays hidden.
public struct ClaimPredicate: Hashable, Sendable {
    /// Which claim.
    public let claim: String
    let kind: Kind

    enum Kind: Hashable {
        case atLeast(UInt32)
        case atMost(UInt32)
        case oneOf([String])
        case number(UInt32)
        case text(String)

        /// Whether it leaves no more than one value.
        var names: Bool {
            switch self {
            case .number, .text: true
            case .oneOf(let values): values.count < 2
            case .atLeast, .atMost: false
            }
        }
    }

    /// The number is `bound` or more.
    public static func atLeast(_ claim: String, _ bound: UInt32) -> ClaimPredicate {
        ClaimPredicate(claim: claim, kind: .atLeast(bound))
    }

    /// The number is `bound` or less.
    public static func atMost(_ claim: String, _ bound: UInt32) -> ClaimPredicate {
        ClaimPredicate(claim: claim, kind: .atMost(bound))
    }

    /// The text is one of at most 32.
    public static func oneOf(_ claim: String, _ values: [String]) -> ClaimPredicate {
        ClaimPredicate(claim: claim, kind: .oneOf(values))
    }

    /// The number is exactly this: a day, a year. It costs no byte.
    public static func equals(_ claim: String, _ number: UInt32) -> ClaimPredicate {
        ClaimPredicate(claim: claim, kind: .number(number))
    }

    /// The text is exactly this.
    public static func equals(_ claim: String, _ text: String) -> ClaimPredicate {
        ClaimPredicate(claim: claim, kind: .text(text))
    }

    var json: JSON {
        var object: JSONObject = ["claim": .string(claim)]
        switch kind {
        case .atLeast(let bound): object.add("at_least", .whole(Int64(bound)))
        case .atMost(let bound): object.add("at_most", .whole(Int64(bound)))
        case .oneOf(let values): object.add("one_of", .array(values.map(JSON.string)))
        case .number(let number): object.add("is", .whole(Int64(number)))
        case .text(let text): object.add("is", .string(text))
        }
        return .object(object)
    }

    private init(claim: String, kind: Kind) {
        self.claim = claim
        self.kind = kind
    }

    init(json: JSON) throws(Refusal) {
        claim = try json.required("claim").text(atMost: 256)
        guard json.object?.count == 2 else { throw .malformed }
        if let bound = json["at_least"] {
            kind = .atLeast(try Self.bound(bound))
        } else if let bound = json["at_most"] {
            kind = .atMost(try Self.bound(bound))
        } else if let value = json["is"] {
            kind =
                value.string == nil
                ? .number(try Self.bound(value)) : .text(try value.text(atMost: 256))
        } else {
            var values = [String]()
            for value in try json.required("one_of").elements(atMost: 32) {
                values.append(try value.text(atMost: 256))
            }
            kind = .oneOf(values)
        }
    }

    private static func bound(_ json: JSON) throws(Refusal) -> UInt32 {
        guard let bound = json.integer.flatMap(UInt32.init(exactly:)) else { throw .malformed }
        return bound
    }

    /// Where the claim is among those that the edition commits to, and which it is.
    ///
    /// - Throws: `typeMismatch`.
    private func place(in edition: Edition) throws(Refusal) -> (index: Int, CommittedClaim) {
        guard let index = edition.committed.firstIndex(where: { $0.name.hasSameBytes(as: claim) })
        else { throw .typeMismatch }
        return (index, edition.committed[index])
    }

    /// The attribute that the proof shows, where the claim has to be one value; `nil` where something is proven about a hidden one.
    ///
    /// - Throws: `typeMismatch` for a claim that is not committed, or of another kind.
    func shown(in edition: Edition) throws(Refusal) -> (index: Int, value: Scalar)? {
        let value: JSON
        switch kind {
        case .number(let number): value = .whole(Int64(number))
        case .text(let text): value = .string(text)
        default: return nil
        }
        let (index, committed) = try place(in: edition)
        guard let scalar = committed.scalar(value) else { throw .typeMismatch }
        return (index, scalar)
    }

    /// The predicate on the attribute that the edition commits to; `nil` where the attribute is shown.
    ///
    /// - Throws: `typeMismatch` for a claim that is not committed, or of another kind; `malformed` for an empty set, or
    ///   one that repeats.
    func predicate(in edition: Edition) throws(Refusal) -> Predicate? {
        let (index, committed) = try place(in: edition)
        let predicate: Predicate?
        switch (kind, committed.bits) {
        case (.number, _), (.text, _): return nil
        case (.atLeast(let bound), .some(let bits)):
            predicate = Predicate(index, .atLeast(UInt64(bound), bits: bits))
        case (.atMost(let bound), .some(let bits)):
            predicate = Predicate(index, .atMost(UInt64(bound), bits: bits))
        case (.oneOf(let values), .none):
            predicate = Predicate(
                index, .oneOf(values.compactMap { committed.scalar(.string($0)) }))
        default: throw .typeMismatch
        }
        guard let predicate else { throw .malformed }
        return predicate
    }
}

extension [ClaimPredicate] {
    /// What a proof for this edition shows and what it proves: values of attributes, and predicates about hidden ones.
    ///
    /// - Throws: `typeMismatch` for a claim that is not committed, or of another kind, and for one that has to be one value and something
    ///   else besides; `malformed` for an empty set, or one that repeats; `limitExceeded` for more than 8 predicates or 64 bits.
    func statement(
        in edition: Edition
    ) throws(Refusal) -> (attributes: [Scalar?], predicates: [Predicate]) {
        var attributes = [Scalar?](repeating: nil, count: edition.committed.count)
        var predicates = [Predicate]()
        for predicate in self {
            if let (index, value) = try predicate.shown(in: edition) {
                guard attributes[index] == nil else { throw .typeMismatch }
                attributes[index] = value
            } else if let hidden = try predicate.predicate(in: edition) {
                predicates.append(hidden)
            }
        }
        guard predicates.allSatisfy({ attributes[$0.attribute] == nil }) else {
            throw .typeMismatch
        }
        guard count <= 8,
            predicates.reduce(0, { $0 + $1.bitCount }) <= Predicate.maximumBits
        else { throw .limitExceeded }
        return (attributes, predicates)
    }

    /// The predicate-only claims of an edition about which this asks so much that the answer is their value: one value, or bounds from
    /// both sides.
    func exposed(in edition: Edition) -> Set<String> {
        edition.predicateOnlyClaims.filter { name in
            let asked = filter { $0.claim.hasSameBytes(as: name) }
            return asked.count > 1 || asked.contains { $0.kind.names }
        }
    }

    /// Whether something is asked about a predicate-only claim.
    func concernPredicateOnly(in edition: Edition) -> Bool {
        contains { edition.predicateOnlyClaims.contains($0.claim) }
    }
}

extension ClaimPredicate: CustomStringConvertible {
    /// What is asked, for people.
    public var description: String {
        switch kind {
        case .atLeast(let bound): "\(claim) ≥ \(bound)"
        case .atMost(let bound): "\(claim) ≤ \(bound)"
        case .oneOf(let values): "\(claim) ∈ {\(values.joined(separator: ", "))}"
        case .number(let number): "\(claim) = \(number)"
        case .text(let text): "\(claim) = \(text)"
        }
    }
}
