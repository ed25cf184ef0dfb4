internal import TegataCrypto

/// Puts disclosures in the places the issuer signed for them (RFC 9901 §7.1, step 3), and refuses everything that has
/// no place, two places, or the wrong one.
struct DisclosureProcessing {
    private let tape: JSONTape
    private let disclosures: [Disclosure]
    /// The digests of the disclosures, and which of them were met.
    private let sent: DigestIndex
    private var isUsed: [Bool]
    private let policy: SDJWTPolicy
    /// Every digest met, in the payload and in disclosures, decoys among them.
    private var digests: [FixedBytes<32>] = []
    /// Whether some digest stands for nothing that was sent: a decoy, or a claim that was kept back.
    var withholds: Bool { digests.count > disclosures.count }
    private var isInsideProtectedClaim = false

    init(_ received: ReceivedSDJWT) {
        tape = received.tape
        disclosures = received.disclosures
        sent = DigestIndex(received.digests)
        isUsed = Array(repeating: false, count: disclosures.count)
        policy = received.policy
    }

    /// The claims of the payload with every disclosure in its place.
    mutating func claims(of received: ReceivedSDJWT) throws(Refusal) -> JSONObject {
        if let algorithm = tape.member("_sd_alg", of: received.payload) {
            guard tape.isString(algorithm, "sha-256") else { throw .unsupported }
        }
        let claims = try object(received.payload, depth: 1)
        guard !isUsed.contains(false), digestsDiffer() else { throw .disclosureInvalid }
        return claims
    }

    private mutating func value(_ node: JSONTape.Node, depth: Int) throws(Refusal) -> JSON {
        switch tape.kind(node) {
        case .object: .object(try object(node, depth: depth))
        case .array: .array(try array(node, depth: depth))
        default: tape.value(node)
        }
    }

    private mutating func object(
        _ node: JSONTape.Node, depth: Int
    ) throws(Refusal) -> JSONObject {
        guard depth <= policy.json.depth else { throw .limitExceeded }
        let isPayload = depth == 1
        var members: [JSONObject.Member] = []
        members.reserveCapacity(tape.memberCount(node) + (isPayload ? disclosures.count : 0))
        var hidden: JSONTape.Node?
        var key = node + 1
        let end = tape.next(node)
        while key < end {
            let content = key + 1
            if tape.isString(key, "_sd") {
                hidden = content
            } else if isPayload, tape.isString(key, "_sd_alg") {
                // It speaks about the token, not about the subject.
            } else {
                let name = tape.string(key) ?? ""
                isInsideProtectedClaim = isInsideProtectedClaim || isPayload && isProtected(name)
                members.append(.init(name: name, value: try value(content, depth: depth + 1)))
                if isPayload { isInsideProtectedClaim = false }
            }
            key = tape.next(content)
        }
        if let hidden { try disclose(hidden, into: &members, depth: depth) }
        return JSONObject(distinct: members)
    }

    /// Adds the members whose digests the array `hidden` lists.
    private mutating func disclose(
        _ hidden: JSONTape.Node, into members: inout [JSONObject.Member], depth: Int
    ) throws(Refusal) {
        guard tape.kind(hidden) == .array, !isInsideProtectedClaim else { throw .malformed }
        var names = NameSet(members)
        var element = hidden + 1
        let end = tape.next(hidden)
        while element < end {
            if let index = try use(element) {
                guard let nameNode = disclosures[index].name, let name = tape.string(nameNode)
                else { throw .disclosureInvalid }
                let isReserved = name == "_sd" || name == "..." || depth == 1 && name == "_sd_alg"
                guard !isReserved, names.insert(name, members) else { throw .disclosureInvalid }
                guard depth > 1 || !isProtected(name),
                    policy.json.allowsNULInNames || !name.utf8.contains(0)
                else { throw .malformed }
                let content = try value(disclosures[index].value, depth: depth + 1)
                members.append(.init(name: name, value: content))
            }
            element = tape.next(element)
        }
    }

    private mutating func array(_ node: JSONTape.Node, depth: Int) throws(Refusal) -> [JSON] {
        guard depth <= policy.json.depth else { throw .limitExceeded }
        var elements: [JSON] = []
        var element = node + 1
        let end = tape.next(node)
        while element < end {
            if let digest = tape.placeholder(element) {
                guard !isInsideProtectedClaim else { throw .malformed }
                if let index = try use(digest) {
                    guard disclosures[index].name == nil else { throw .disclosureInvalid }
                    elements.append(try value(disclosures[index].value, depth: depth + 1))
                }
            } else {
                elements.append(try value(element, depth: depth + 1))
            }
            element = tape.next(element)
        }
        return elements
    }

    /// Notes the digest at `node` and takes the disclosure it stands for, if that was sent.
    ///
    /// Throws `malformed` for what is no SHA-256 digest: no issuer makes such a decoy.
    private mutating func use(_ node: JSONTape.Node) throws(Refusal) -> Int? {
        guard let digest = tape.digest(node) else { throw .malformed }
        digests.append(digest)
        guard let index = sent.firstIndex(of: digest) else { return nil }
        guard !isUsed[index] else { throw .disclosureInvalid }
        isUsed[index] = true
        return index
    }

    private func isProtected(_ name: String) -> Bool {
        policy.isCredential && SDJWTPolicy.neverSelective.contains(where: name.hasSameBytes)
    }

    /// A digest that stands in two places would let one disclosure mean two things.
    private mutating func digestsDiffer() -> Bool {
        digests.sort(by: precedes)
        return zip(digests, digests.dropFirst()).allSatisfy { $0 != $1 }
    }
}

/// Byte order of two digests.
func precedes(_ left: FixedBytes<32>, _ right: FixedBytes<32>) -> Bool {
    for index in 0..<32 where left[index] != right[index] { return left[index] < right[index] }
    return false
}

/// Finds a disclosure by its digest, as `NameSet` finds names: through a few by looking, through many by hash.
private struct DigestIndex {
    private let few: [FixedBytes<32>]
    private var many: [FixedBytes<32>: Int]?

    init(_ digests: [FixedBytes<32>]) {
        few = digests
        guard digests.count > 32 else { return }
        many = Dictionary(zip(digests, digests.indices), uniquingKeysWith: { first, _ in first })
    }

    func firstIndex(of digest: FixedBytes<32>) -> Int? {
        if let many { many[digest] } else { few.firstIndex(of: digest) }
    }
}

/// The names taken in one object. Looking through a few is quickest; many go into a set, so that no token makes the
/// work grow with the square of its size.
private struct NameSet {
    private var many: Set<[UInt8]>?

    init(_ members: [JSONObject.Member]) {
        if members.count > 32 { many = Set(members.map { Array($0.name.utf8) }) }
    }

    /// Takes `name`; `false` when `members` has it.
    mutating func insert(_ name: String, _ members: [JSONObject.Member]) -> Bool {
        if many == nil, members.count > 32 { self = NameSet(members) }
        guard many == nil else { return many?.insert(Array(name.utf8)).inserted ?? false }
        return !members.contains { $0.name.hasSameBytes(as: name) }
    }
}
