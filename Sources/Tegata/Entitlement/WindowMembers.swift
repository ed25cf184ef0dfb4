internal import Synchronization
internal import TegataCrypto
internal import TegataSDJWT

/// The lists among whose cards the anonymous uses of one window are: one snapshot for all shops, so that a card has one set of names in it
/// (Spec/entitlement.md, "Anonymous").
struct WindowMembers: Sendable {
    let window: Int
    /// The lists, as they were signed.
    let lists: String
    let snapshot: MemberSnapshot
}

extension Issuer {
    /// The signed lists among whose cards a window of anonymous terms is used: those of the moment in which they were first asked for within
    /// the window, from then on always the same, for every process and after a restore. Cards that come later have their uses in the next
    /// window.
    ///
    /// - Parameters:
    ///   - terms: anonymous terms of this issuer.
    ///   - window: which of their windows, from 0.
    /// - Returns: text for ``MemberSnapshot``.
    /// - Throws: `issuerUntrusted` for another issuer's terms, `typeMismatch` for terms by card; `notYetValid` for a window that has not begun, `expired` for one that nobody asked for while
    ///   it lasted; `unsupported` while the edition has no active card, `limitExceeded` for an edition with more than 4,096 attachments,
    ///   `unavailable`.
    public func lists(
        of terms: EntitlementTerms, window: Int
    ) async throws(Refusal) -> String {
        guard terms.issuer.hasSameBytes(as: id) else { throw .issuerUntrusted }
        guard terms.entitlement.mode == .anonymous else { throw .typeMismatch }
        if let kept = try await members(of: terms, window: window) { return kept.lists }
        let now = try terms.entitlement.window(at: clock())
        guard window == now else { throw window < now ? .expired : .notYetValid }
        try await keepLists(of: terms, window)
        guard let kept = try await members(of: terms, window: window) else { throw .unavailable }
        return kept.lists
    }

    /// The members of a window whose lists were asked for; `nil` where nobody has. Nothing is written.
    func members(
        of terms: EntitlementTerms, window: Int
    ) async throws(Refusal) -> WindowMembers? {
        if let known = windowMembers.withLock({ $0[terms.digest] }), known.window == window {
            return known
        }
        let edition = try profile.edition(terms.edition)
        let prefix = terms.membersPrefix(window)
        var lists = ""
        var next = 0
        while let piece = try await attachment(prefix + "\(next)", of: edition) {
            lists += piece
            next += 1
        }
        guard next > 0 else { return nil }
        let members = WindowMembers(
            window: window, lists: lists,
            snapshot: try MemberSnapshot(parsing: lists, from: profile))
        // The window of now is the one that is asked for all the time.
        windowMembers.withLock { known in
            guard known[terms.digest].map({ $0.window < window }) ?? true else { return }
            known[terms.digest] = members
        }
        return members
    }

    /// Keeps the lists of now for the window, unless somebody was faster.
    private func keepLists(of terms: EntitlementTerms, _ window: Int) async throws(Refusal) {
        let edition = try profile.edition(terms.edition)
        let lists = try await publicLists(of: edition)
        // Without a card there is nobody to be one of: the window waits for the first.
        _ = try MemberSnapshot(parsing: lists, from: profile)
        let pieces = try Attachment.pieces(of: lists, under: terms.membersPrefix(window))
        do throws(Refusal) {
            try await attach(pieces, to: edition.digest)
        } catch {
            guard error == .conflict else { throw error }
        }
    }
}

extension EntitlementTerms {
    /// What the attachments with a window's lists are called, but for their number.
    fileprivate func membersPrefix(_ window: Int) -> String {
        "uses/\(Base64URL.encode(digest.array))/\(window)/"
    }
}
