internal import Hummingbird
public import Pages

public import Tegata

/// A city's issuer as a web server: pages for people and for the operator, OpenID4VCI for wallets, a public log for everyone.
public struct IssuerService: Sendable {
    private let desk: Desk

    /// An issuer with this folder; what is not there yet is made. Starting refuses a folder whose keys others could read.
    public init(_ settings: IssuerSettings, reader: some CardReader) async throws {
        desk = try await Desk(settings, reader: reader)
    }

    /// What the operator logs in with: made at random the first time, and never a default (A75).
    public var password: String { desk.password }

    /// The attestor and node of this issuer, for a kiosk in the same process.
    public var identity: IdentityServices { desk.services }

    /// Takes the keys that are in the folder now: another `card.key`, files that were moved to `withdrawn`. Cards of keys before
    /// stay good, those of withdrawn ones are refused by everyone who takes the profile again.
    ///
    /// - Throws: what is wrong with them, and then everything stays as it was.
    public func readKeys() async throws { try await desk.readKeys() }

    /// Looks once at what other front processes have done, and whether everything works, which `GET /health` then says.
    public func follow() async { await desk.follow() }

    /// Serves until the process is asked to stop; then it finishes what it has begun and writes what waits.
    public func run() async throws {
        let server = server()
        let desk = desk
        let following = Task {
            while !Task.isCancelled {
                await desk.follow()
                try? await Task.sleep(for: Pulse.interval)
            }
        }
        let end: Result<Void, any Error>
        do {
            end = .success(try await server.run())
        } catch {
            end = .failure(error)
        }
        following.cancel()
        await desk.finish()
        try end.get()
    }

    /// Opens a first edition where there is none, so that a newcomer has something to claim.
    public func openFirstEdition(of limit: UInt32 = 500) async throws {
        guard desk.editions.isEmpty else { return }
        try await desk.open(
            Edition(
                "founders", limit: .cards(limit), title: ["ja": "創設会員", "en": "Founders"],
                benefits: ["onsen", "library", "taxi"], nationalID: [.jpkiRSA, .jpkiP384]),
            EditionExtra(claims: ["tier": "gold"], art: sampleArt))
    }

    /// Opens an edition whose cards say `claims`, unless there is one of this name: what the operator's page does by hand.
    public func open(_ edition: Edition, saying claims: [String: String]) async throws {
        guard !desk.editions.contains(where: { $0.edition.id == edition.id }) else { return }
        try await desk.open(edition, EditionExtra(claims: claims, art: sampleArt))
    }

    /// Signs terms for an open edition, unless it has some of this name: what the operator's page does by hand.
    public func grant(_ plan: Entitlement, in edition: String) async throws {
        let open = try await desk.edition(edition)
        guard try await desk.terms.terms(plan.id, of: open) == nil else { return }
        try await desk.terms.sign(plan, in: open)
    }

    /// The server, ready to run.
    public func server() -> WebServer {
        let desk = desk
        let server = WebServer("issuer", desk.settings.web) { () async -> String? in
            await desk.pulse.fault()
        }
        let router = server.router
        addPages(router)
        addMachines(router)
        return server
    }

    private func addPages(_ router: Router<WebContext>) {
        let (pages, claims) = (PublicPages(desk: desk), ClaimPages(desk: desk))
        let office = OperatorPages(desk: desk)
        router.get("/") { _, context in try await pages.home(context) }
        router.get("editions/{id}") { _, context in
            try await pages.edition(try context.id, context)
        }
        router.get("editions/{id}/claim") { _, context in
            try await claims.show(try context.id, context)
        }
        router.post("editions/{id}/claim") { request, context in
            try await claims.start(try context.id, request, context)
        }
        router.post("editions/{id}/leave") { request, context in
            try await claims.leave(try context.id, request, context)
        }
        router.post("editions/{id}/code") { request, context in
            try await claims.renew(try context.id, request, context)
        }
        router.post("editions/{id}/prove") { request, context in
            try await claims.prove(try context.id, request, context)
        }
        let authorize = AuthorizePages(desk: desk)
        router.get("authorize") { request, context in try await authorize.show(request, context) }
        router.post("authorize") { request, context in
            try await authorize.answer(request, context)
        }
        router.post("operator/{id}/draw") { request, context in
            try await office.hold(try context.id, request, context)
        }
        router.get("operator") { _, context in try await office.show(context) }
        router.post("operator/enter") { request, context in
            try await office.enter(request, context)
        }
        router.post("operator/leave") { request, context in
            try await office.leave(request, context)
        }
        router.post("operator/open") { request, context in
            try await office.open(request, context)
        }
        router.post("operator/{id}/status") { request, context in
            try await office.setStatus(try context.id, request, context)
        }
        router.post("operator/{id}/limit") { request, context in
            try await office.setLimit(try context.id, request, context)
        }
        router.post("operator/{id}/appeal") { request, context in
            try await office.grant(try context.id, request, context)
        }
        router.get("operator/{id}/terms/{terms}") { _, context in
            try await office.owed(
                try context.id, try context.parameters.require("terms"), context)
        }
        router.get("operator/{id}/terms/{terms}/uses.csv") { _, context in
            try await office.owedAsTable(
                try context.id, try context.parameters.require("terms"), context)
        }
        router.get("operator/{id}/watch") { _, context in
            try await office.watch(try context.id, context)
        }
        router.post("operator/{id}/counts") { request, context in
            try await office.publishCounts(try context.id, request, context)
        }
        router.post("operator/{id}/certify") { request, context in
            try await office.certify(try context.id, request, context)
        }
        router.get("operator/{id}/notices") { _, context in
            try await office.notices(try context.id, context)
        }
        router.post("operator/{id}/notices") { request, context in
            try await office.tell(try context.id, request, context)
        }
        router.post("operator/{id}/notices/change") { request, context in
            try await office.changeNotice(try context.id, request, context)
        }
        router.post("operator/{id}/notices/end") { request, context in
            try await office.endProgramme(try context.id, request, context)
        }
        router.get("operator/{id}/notices/{programme}/cases.csv") { _, context in
            try await office.cases(
                try context.id, try context.parameters.require("programme"), context)
        }
        router.post("operator/{id}/terms") { request, context in
            try await office.makeTerms(try context.id, request, context)
        }
        router.post("operator/{id}/freeze") { request, context in
            try await office.freeze(try context.id, request, context)
        }
    }

    private func addMachines(_ router: Router<WebContext>) {
        let machines = MachineRoutes(desk: desk)
        UseRoutes(desk: desk).add(to: router)
        NoticeRoutes(desk: desk).add(to: router)
        PushRoutes(desk: desk).add(to: router)
        router.get("log/**") { _, context in
            try await machines.file(context.parameters.getCatchAll().joined(separator: "/"))
        }
        router.get("tegata/status") { _, _ in try await machines.statusList(0) }
        router.get("tegata/status/{number}") { _, context in
            guard let number = context.parameters.get("number", as: Int.self), number > 0 else {
                throw Refusal.statusUnknown
            }
            return try await machines.statusList(number)
        }
        router.get("tegata/membership") { _, _ in try machines.typeMetadata() }
        router.post("tegata/nonce") { request, _ in try await machines.nonce(request) }
        router.post("tegata/issue") { request, _ in try await machines.issue(request) }
        router.get("tegata/sessions/{id}/{list}") { _, context in
            guard let list = context.parameters.get("list", as: Int.self) else {
                throw Refusal.malformed
            }
            return try await machines.sessions(try context.id, list)
        }
        router.post("tegata/settle") { request, _ in try await machines.settle(request) }
        for path in [
            ".well-known/openid-credential-issuer", ".well-known/oauth-authorization-server",
            ".well-known/jwt-vc-issuer", "offers/{name}",
        ] {
            router.get(RouterPath(path)) { request, _ in try await machines.openID(request) }
        }
        for path in [
            "token", "par", "nonce", "credential", "deferred_credential", "notification",
        ] {
            router.post(RouterPath(path)) { request, _ in try await machines.openID(request) }
        }
    }
}

extension WebContext {
    /// The edition in the path.
    fileprivate var id: String {
        get throws {
            guard let id = parameters.get("id") else { throw Refusal.malformed }
            return id
        }
    }
}
