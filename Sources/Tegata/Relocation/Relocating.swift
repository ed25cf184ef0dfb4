internal import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

// The register goes on here. Until the log says so this site writes nothing else, and afterwards no other site does
// (Spec/register.md, "Who is fenced").
extension Issuer {
    /// What makes this site the register's. With a council, enough sites countersign it before `relocate` takes it; nothing may be
    /// written in between, which the site before cannot do when it is gone.
    ///
    /// - Parameter report: the report of the restore that this site has its register from, if any.
    /// - Returns: the document.
    /// - Throws: `unsupported` when this issuer was given no site name, or one that is empty or longer than 64 bytes; `unavailable`.
    public func relocation(after report: String? = nil) async throws(Refusal) -> String {
        guard let site = register.site, (1...64).contains(site.utf8.count) else {
            throw .unsupported
        }
        let (state, head) = try await register.arrival()
        return try Relocation(
            issuer: id, number: Int(state.site?.number ?? 0) + 1, site: site, size: head.size,
            root: head.root, report: report.map { SHA256.hash(Array($0.utf8)) }
        ).signed(by: keys, at: clock())
    }

    /// Takes the register over: from this entry of the log on it is here, and the editions that the log announces are open.
    ///
    /// - Parameter document: what `relocation(after:)` made, countersigned where the issuer has a council.
    /// - Throws: `conflict` for another site's, or when the log is no longer what the document names: also when it was used before;
    ///   what `Relocation.init(parsing:from:)` throws; `unavailable`.
    public func relocate(_ document: String) async throws(Refusal) {
        let relocation = try Relocation(parsing: document, from: profile)
        guard let site = register.site, relocation.site.hasSameBytes(as: site) else {
            throw .conflict
        }
        try await register.relocate(relocation, document)
        try await reopen()
    }
}

extension Register {
    /// State and head for a site that does not have the register yet.
    func arrival() async throws(Refusal) -> (state: RegisterState, head: JournalHead) {
        try await submit(arriving: true) { _, _ in .found }
        return (state, head)
    }

    /// - Throws: `conflict` when the log has gone on.
    func relocate(_ relocation: Relocation, _ document: String) async throws(Refusal) {
        let (_, head) = try await arrival()
        guard head.size == relocation.size, head.root == relocation.root else { throw .conflict }
        let site = RegisterState.Site(
            number: UInt32(clamping: relocation.number), name: relocation.site)
        try await submit(arriving: true) { state, batch throws(Refusal) in
            guard batch.entries.isEmpty else { return .wait }
            // Whoever was faster decides: the root is that of this size, or the log would not have been believed.
            guard state.size == relocation.size, site.number == (state.site?.number ?? 0) + 1 else {
                throw .conflict
            }
            batch.isChange = true
            return .one(.relocation(document), .relocation(site))
        }
    }
}
