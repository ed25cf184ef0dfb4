internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// The frozen lists of one edition, as its log's entries make them: the same for issuer, wallet and auditor.
struct FrozenLists {
    /// Whose; it changes with its nodes.
    var edition: OpenEdition
    /// Those that are whole.
    private(set) var lists = [SessionList]()
    /// Every R so far.
    private(set) var seen = Set<Point>()
    /// How many sessions were for certificates after the cut-off.
    private(set) var late = 0
    /// How many parts were taken.
    private(set) var parts = 0
    /// The list that is being read.
    private var open = [(base: Point, evaluated: Point)]()
    /// How many sessions it is to have.
    private var total = 0
    /// The number of the first of them.
    private let start: Int

    /// No list yet. A wallet reads only one, and starts with that.
    init(of edition: OpenEdition, from start: Int = 0) {
        self.edition = edition
        self.start = start
    }

    /// Whether no list has only some of its parts.
    var isWhole: Bool { open.isEmpty }

    /// Takes the next part, with every session in it checked.
    ///
    /// - Throws: `malformed` for a part that does not come next, or an R that was there before; what `AttestedSession.verify`
    ///   throws.
    mutating func take(_ content: [UInt8]) throws(Refusal) {
        guard let parameters = edition.identity else { throw .unsupported }
        let part = try SessionPart(parsing: content)
        let size = part.sessions.count / part.count
        guard part.list == start + lists.count, part.first == open.count,
            open.isEmpty || part.total == total, part.sessions.count == part.count * size,
            AttestedSession.sizes(parameters, in: edition).contains(size)
        else { throw .malformed }
        total = part.total
        for offset in stride(from: 0, to: part.sessions.count, by: size) {
            let verified = try AttestedSession(
                encoded: Array(part.sessions[offset..<offset + size])
            ).verify(in: edition)
            let base = verified.token.body.blinded.base
            // Ascending, so the order says nothing.
            if let last = open.last {
                guard last.base.encoded.lexicographicallyPrecedes(base.encoded) else {
                    throw .malformed
                }
            }
            guard seen.insert(base).inserted else { throw .malformed }
            if edition.isLate(verified.token.body) { late += 1 }
            open.append((base, verified.evaluated))
        }
        parts += 1
        guard part.isLast else { return }
        let (digest, sessions) = (edition.digest, open)
        lists.append(
            try binding { () throws(ProofError) in try SessionList(edition: digest, sessions) })
        open = []
    }

    /// The whole list with this number.
    func list(_ number: Int) -> SessionList? {
        let place = number - start
        return lists.indices.contains(place) ? lists[place] : nil
    }
}
