internal import TegataSDJWT

extension Issuer {
    /// Issues a card for a request: everything is checked first, then the request's nonce is used up, then the
    /// register gives the place. The same request again gets the same answer.
    ///
    /// - Parameters:
    ///   - request: what `Holder.request` or `Kiosk.request` made.
    ///   - claims: what this issuer says about the member; for a request without a wallet there is no card to
    ///     carry any.
    /// - Returns: text for the holder (Spec/card.md).
    /// - Throws: `IssuingError`: a claim of ours that cannot be, or `refused` with the reason.
    public func issue(
        to request: String, claims: Claims = [:]
    ) async throws(IssuingError) -> String {
        try await issue(request, claims, as: .new)
    }

    /// Issues a card to a person whose ID card's certificate began after the edition's cut-off, an honest replacement, or who shares
    /// name, birth date and sex with a member: on the operator's word, who has looked. The exception is an entry of the log, and
    /// audits count it; the reason stays with the operator.
    ///
    /// - Parameters:
    ///   - request: what `Holder.request` made, of a wallet whose nodes' requester may ask for late certificates.
    ///   - reason: why, in words that name nobody.
    ///   - claims: what this issuer says about the member.
    /// - Returns: text for the holder, as `issue` gives it.
    /// - Throws: as `issue(to:claims:)`; `refused` with `conflict` for a person who needs no exception, `unsupported` where
    ///   cards are drawn, `limitExceeded` for a reason of more than 1,024 bytes.
    public func issue(
        onAppeal request: String, because reason: String, claims: Claims = [:]
    ) async throws(IssuingError) -> String {
        guard reason.utf8.count <= 1024 else { throw .refused(.limitExceeded) }
        return try await issue(request, claims, as: .appeal(reason))
    }

    /// Issues cards for all of these requests, or for none: a group of five finds no place where three are left.
    ///
    /// - Parameters:
    ///   - requests: what `Holder.request` made of each, all for one edition or for several.
    ///   - claims: what this issuer says about each of them.
    /// - Returns: texts for the holders, in order.
    /// - Throws: as `issue(to:claims:)`, for the first request that cannot be.
    public func issue(
        toAll requests: [String], claims: Claims = [:]
    ) async throws(IssuingError) -> [String] {
        try claims.check()
        for request in requests { try checkCommitted(claims, for: request) }
        do throws(Refusal) {
            var prepared = [Prepared]()
            for request in requests { prepared.append(try await prepare(request, claims)) }
            let known = prepared
            let records = try await register.allocate(known.map(\.claim)) {
                number, place throws(Refusal) in
                try self.make(known[number], claims, place)
            }
            var answers = [String]()
            for record in records { answers.append(try await answer(at: record)) }
            return answers
        } catch {
            throw .refused(error)
        }
    }

    /// What a request is to get.
    enum Purpose {
        /// A card with a new serial.
        case new
        /// The person's own card again, on another phone.
        case replacement
        /// The card that its holder released for this request.
        case transfer(Release)
        /// A card in a place that was kept.
        case held([UInt8])
        /// A place in a draw.
        case entry
        /// The person's own card again, for a new ID card.
        case renewal(Renewal)
        /// A new serial in spite of a certificate after the cut-off or a member of the same name, for a reason of the operator's.
        case appeal(String)
        /// The card of a member who is found by the second index alone, for a reason of the operator's: with this serial, or the
        /// only one.
        case recovery(UInt32?, because: String)

        /// Whether a certificate after the cut-off is refused.
        var heedsCutOff: Bool {
            switch self {
            case .new, .transfer, .held, .entry: true
            case .replacement, .renewal, .appeal, .recovery: false
            }
        }
    }

    func issue(
        _ request: String, _ claims: Claims, as purpose: Purpose
    ) async throws(IssuingError) -> String {
        if case .new = purpose {
            do throws(Refusal) {
                try await checkPlaces(for: request)
            } catch {
                throw .refused(error)
            }
        }
        try claims.check()
        try checkCommitted(claims, for: request)
        do throws(Refusal) {
            let prepared = try await prepare(request, claims, purpose)
            return try await answer(at: try await place(prepared, claims, purpose))
        } catch {
            throw .refused(error)
        }
    }

    /// That the claims hold what the edition commits to: ours to get right, and said before the request is used up. A member
    /// without a phone has nothing to commit to.
    private func checkCommitted(
        _ claims: Claims, for request: String
    ) throws(IssuingError) {
        guard let asked = try? CardRequest(parsing: request), asked.wallet != nil,
            let opened = edition(asked.edition)
        else { return }
        try opened.edition.check(claims)
    }
}
