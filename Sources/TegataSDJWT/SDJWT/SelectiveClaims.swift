/// Claims as an issuer states them, each in the open or selectively disclosable, at any depth.
package indirect enum IssuedValue: Sendable {
    /// A value with nothing hidden inside.
    case plain(JSON)
    /// An object, some of whose members may be hidden.
    case object([IssuedClaim])
    /// A list, some of whose elements may be hidden.
    case array([IssuedElement])
}

/// A named claim.
package struct IssuedClaim: Sendable {
    package let name: String
    package let value: IssuedValue
    /// Whether the holder may leave it out.
    package let isSelective: Bool

    package init(_ name: String, _ value: IssuedValue, isSelective: Bool = false) {
        self.name = name
        self.value = value
        self.isSelective = isSelective
    }

    /// A claim in the open.
    package static func open(_ name: String, _ value: JSON) -> IssuedClaim {
        IssuedClaim(name, .plain(value))
    }

    /// A claim that the holder may leave out.
    package static func selective(_ name: String, _ value: JSON) -> IssuedClaim {
        IssuedClaim(name, .plain(value), isSelective: true)
    }
}

/// An element of a list.
package struct IssuedElement: Sendable {
    package let value: IssuedValue
    /// Whether the holder may leave it out.
    package let isSelective: Bool

    package init(_ value: IssuedValue, isSelective: Bool = false) {
        self.value = value
        self.isSelective = isSelective
    }
}

/// Why claims cannot be issued. It names our own claim, never a stranger's.
package enum IssuingError: Error, Equatable {
    /// `_sd`, `_sd_alg` or `...` is a name, at some depth (RFC 9901 §4.1).
    case reservedName(String)
    /// Two claims of one object have this name.
    case duplicateName(String)
    /// A credential must show this claim (SD-JWT VC §2.2.2.2).
    case notSelective(String)
    /// Deeper than any verifier reads.
    case tooDeep
    /// The signer did not sign.
    case noSignature
}

extension [IssuedClaim] {
    /// Checks names and depth at every level, and that a credential hides nothing it must show.
    package func check(isCredential: Bool) throws(IssuingError) {
        if isCredential {
            for name in SDJWTPolicy.neverSelective {
                guard let claim = first(where: { $0.name.hasSameBytes(as: name) }) else { continue }
                guard !claim.isSelective, claim.value.selectiveCount == 0 else {
                    throw .notSelective(name)
                }
            }
        }
        try checkNames(depth: 1)
    }

    /// How many disclosures they make.
    var selectiveCount: Int {
        reduce(0) { $0 + ($1.isSelective ? 1 : 0) + $1.value.selectiveCount }
    }

    fileprivate func checkNames(depth: Int) throws(IssuingError) {
        var names: [String] = []
        names.reserveCapacity(count)
        for claim in self {
            try claim.name.checkIsFree()
            guard !names.contains(where: claim.name.hasSameBytes) else {
                throw .duplicateName(claim.name)
            }
            names.append(claim.name)
            try claim.value.checkNames(depth: depth + 1)
        }
    }
}

extension IssuedValue {
    fileprivate var selectiveCount: Int {
        switch self {
        case .plain: 0
        case .object(let claims): claims.selectiveCount
        case .array(let elements):
            elements.reduce(0) { $0 + ($1.isSelective ? 1 : 0) + $1.value.selectiveCount }
        }
    }

    fileprivate func checkNames(depth: Int) throws(IssuingError) {
        switch self {
        case .plain(let value): try value.checkNames(depth: depth)
        case .object(let claims):
            guard depth <= JSONLimits.default.depth else { throw .tooDeep }
            try claims.checkNames(depth: depth)
        case .array(let elements):
            guard depth <= JSONLimits.default.depth else { throw .tooDeep }
            for element in elements { try element.value.checkNames(depth: depth + 1) }
        }
    }
}

extension JSON {
    fileprivate func checkNames(depth: Int) throws(IssuingError) {
        switch self {
        case .array(let elements):
            guard depth <= JSONLimits.default.depth else { throw .tooDeep }
            for element in elements { try element.checkNames(depth: depth + 1) }
        case .object(let object):
            guard depth <= JSONLimits.default.depth else { throw .tooDeep }
            for member in object.members {
                try member.name.checkIsFree()
                try member.value.checkNames(depth: depth + 1)
            }
        default: return
        }
    }
}

extension String {
    fileprivate func checkIsFree() throws(IssuingError) {
        guard !hasSameBytes(as: "_sd"), !hasSameBytes(as: "_sd_alg"), !hasSameBytes(as: "...")
        else { throw .reservedName(self) }
    }
}
