internal import TegataCrypto

/// Finds for each disclosure the claim it discloses, so that a holder can choose by path. It builds no values and
/// checks no rules: that was done when the holder accepted.
struct DisclosurePlacement {
    /// Where a disclosure's claim stands, and the disclosure around it, if one is.
    struct Place {
        let path: [ClaimPath.Element]
        let outer: Int?
    }

    private let tape: JSONTape
    private let disclosures: [Disclosure]
    private var digests: [FixedBytes<32>] = []
    /// One for each disclosure; `nil` for one that no digest refers to.
    private(set) var places: [Place?]

    /// A step on the way in: a name on the tape, or a position.
    private enum Step {
        case name(JSONTape.Node)
        case index(Int)
    }

    private var steps: [Step] = []
    private var outer: Int?

    init(_ received: ReceivedSDJWT) throws(Refusal) {
        tape = received.tape
        disclosures = received.disclosures
        places = Array(repeating: nil, count: disclosures.count)
        if hidesOnlyAtTheTop(received.payload) {
            // Most cards. Every name then leads to its claim, and the digests need not be made.
            for (index, disclosure) in disclosures.enumerated() {
                places[index] = disclosure.name.flatMap(tape.string).map {
                    Place(path: [.name($0)], outer: nil)
                }
            }
        } else {
            digests = received.digests
            try visit(received.payload, limit: received.policy.json.depth)
        }
    }

    /// Whether no digest can stand anywhere but in the outermost `_sd`.
    private func hidesOnlyAtTheTop(_ payload: JSONTape.Node) -> Bool {
        let marks = tape.entries.indices.count {
            tape.isString($0, "_sd") || tape.isString($0, "...")
        }
        return marks == (tape.member("_sd", of: payload) == nil ? 0 : 1)
    }

    /// Looks through the value at `node`, at most `limit` levels deep. Throws `limitExceeded`.
    private mutating func visit(_ node: JSONTape.Node, limit: Int) throws(Refusal) {
        let kind = tape.kind(node)
        guard kind == .object || kind == .array else { return }
        guard limit > 0 else { throw .limitExceeded }
        let end = tape.next(node)
        if kind == .object {
            var key = node + 1
            while key < end {
                if tape.isString(key, "_sd") {
                    try placeMembers(key + 1, limit)
                } else {
                    try enter(.name(key), key + 1, limit)
                }
                key = tape.next(key + 1)
            }
        } else {
            var position = 0
            var element = node + 1
            while element < end {
                if let digest = tape.placeholder(element) {
                    if try place(digest, at: { _ in .index(position) }, limit) { position += 1 }
                } else {
                    try enter(.index(position), element, limit)
                    position += 1
                }
                element = tape.next(element)
            }
        }
    }

    private mutating func placeMembers(_ list: JSONTape.Node, _ limit: Int) throws(Refusal) {
        guard tape.kind(list) == .array else { return }
        var element = list + 1
        while element < tape.next(list) {
            _ = try place(element, at: { $0.name.map(Step.name) }, limit)
            element = tape.next(element)
        }
    }

    /// Places the disclosure that the digest at `node` stands for. Answers whether there is one.
    private mutating func place(
        _ node: JSONTape.Node, at step: (Disclosure) -> Step?, _ limit: Int
    ) throws(Refusal) -> Bool {
        guard let digest = tape.digest(node),
            let index = digests.firstIndex(of: digest),
            places[index] == nil, let step = step(disclosures[index])
        else { return false }
        let path = (steps + [step]).map { step in
            switch step {
            case .name(let node): ClaimPath.Element.name(tape.string(node) ?? "")
            case .index(let position): ClaimPath.Element.index(position)
            }
        }
        places[index] = Place(path: path, outer: outer)
        let around = outer
        outer = index
        try enter(step, disclosures[index].value, limit)
        outer = around
        return true
    }

    private mutating func enter(
        _ step: Step, _ node: JSONTape.Node, _ limit: Int
    ) throws(Refusal) {
        steps.append(step)
        try visit(node, limit: limit - 1)
        steps.removeLast()
    }
}
