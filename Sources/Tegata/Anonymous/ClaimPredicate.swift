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

    var json: JSON {
        var object: JSONObject = ["claim": .string(claim)]
        switch kind {
        case .atLeast(let bound): object.add("at_least", .whole(Int64(bound)))
        case .atMost(let bound): object.add("at_most", .whole(Int64(bound)))
        case .oneOf(let values): object.add("one_of", .array(values.map(JSON.string)))
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

    /// The predicate on the attribute that the edition commits to.
    ///
    /// - Throws: `typeMismatch` for a claim that is not committed, or of another kind; `malformed` for an empty set, or
    ///   one that repeats.
    func predicate(in edition: Edition) throws(Refusal) -> Predicate {
        guard let index = edition.committed.firstIndex(where: { $0.name.hasSameBytes(as: claim) })
        else { throw .typeMismatch }
        let committed = edition.committed[index]
        let predicate: Predicate?
        switch (kind, committed.bits) {
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

extension ClaimPredicate: CustomStringConvertible {
    /// What is asked, for people.
    public var description: String {
        switch kind {
        case .atLeast(let bound): "\(claim) ≥ \(bound)"
        case .atMost(let bound): "\(claim) ≤ \(bound)"
        case .oneOf(let values): "\(claim) ∈ {\(values.joined(separator: ", "))}"
        }
    }
}
