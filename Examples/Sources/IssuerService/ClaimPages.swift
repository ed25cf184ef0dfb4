internal import Foundation
internal import Hummingbird
internal import Pages
internal import ServiceKit
internal import Tegata
internal import TegataOpenID

/// How a person gets a card: the wallet first, then the ID card, then the card.
struct ClaimPages: Sendable {
    let desk: Desk
    private var claims: ClaimDesk { ClaimDesk(desk: desk) }

    init(desk: Desk) { self.desk = desk }

    func start(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await Form(request, context)
        try await claims.start(id, in: context.session)
        return .seeOther("/editions/\(id)/claim")
    }

    func show(_ id: String, _ context: WebContext) async throws -> Response {
        guard let claim = try await claims.settled(id, in: context.session) else {
            return .seeOther("/editions/\(id)")
        }
        let edition = try await desk.edition(id)
        let title = context.language(edition.edition.title, or: id).cut(to: 60)
        let (content, waits) = try await content(claim, edition, context)
        return Page(
            context.language, title: title, isTest: desk.isTest, refreshing: waits ? 3 : nil,
            content: """
                <h1>\(title)</h1>
                \(content)
                \(leaving(claim, context))
                <p><a href="/">\(context.language(.back))</a></p>
                """
        ).response()
    }

    func prove(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await Form(request, context)
        try await claims.prove(
            id, in: context.session, person: form["person"], replacing: form["replacing"] != nil)
        return .seeOther("/editions/\(id)/claim")
    }

    func renew(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await Form(request, context)
        try await claims.renewCode(id, in: context.session)
        return .seeOther("/editions/\(id)/claim")
    }

    func leave(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await Form(request, context)
        try await claims.leave(id, in: context.session)
        return .seeOther("/editions/\(id)")
    }

    /// Whoever has not got a card yet may give the claim up.
    private func leaving(_ claim: ClaimRecord, _ context: WebContext) -> HTML {
        switch claim.phase {
        case .issued, .entered: return .empty
        case .offered, .approved, .asked, .refused:
            return """
                <form class="inline" method="post" action="/editions/\(claim.edition)/leave">\(context.session.field)
                <button class="quiet">\(context.language(.giveUp))</button></form>
                """
        }
    }

    private func content(
        _ claim: ClaimRecord, _ edition: OpenEdition, _ context: WebContext
    ) async throws -> (HTML, waits: Bool) {
        let language = context.language
        switch claim.phase {
        case .offered: return (try await offer(claim, context), true)
        case .approved(let back): return (way(back, context), true)
        case .asked:
            let next =
                edition.edition.nationalID.isEmpty
                ? visitor(claim, context) : person(claim, context)
            return (.join([appeal(claim, edition, language), next]), false)
        case .entered(_, let receipt): return (entry(receipt, edition, context), false)
        case .issued(_, let serial):
            let standing = try await desk.issuer.standing(of: edition)
            let face = CardFace(
                title: language(edition.edition.title, or: claim.edition),
                issuer: desk.settings.address, serial: serial,
                limit: language.limit(standing.limit),
                art: try await desk.extras.art(of: claim.edition),
                isTest: desk.isTest)
            return (
                """
                <section class="verdict good"><h2>\(language(.stepDone))</h2>
                <p>\(language(.done))</p></section>
                \(face.svg)
                """, false
            )
        case .refused(let reason):
            return (RefusalNote(Refusal(rawValue: reason) ?? .unavailable).html(language), false)
        }
    }

    /// Back to the wallet that sent the person here; this page stays and waits for it.
    private func way(_ back: String, _ context: WebContext) -> HTML {
        let language = context.language
        return """
            <h2>\(language(.stepWallet))</h2>
            <p>\(language(.thenComeBack))</p>
            <p><a class="button" href="\(back)" target="_blank" rel="noopener">\(language(.backToWallet))</a></p>
            <p aria-live="polite">\(language(.waiting))</p>
            """
    }

    private func offer(_ claim: ClaimRecord, _ context: WebContext) async throws -> HTML {
        let language = context.language
        let progress = try await desk.openIDServer().progress(of: claim.handle)
        if case .ended = progress { throw Refusal.expired }
        let code = QRCode(claim.link)?.svg(label: language(.offerCode)) ?? ""
        var isLocked = false
        if case .locked = progress { isLocked = true }
        let renew: HTML = """
            <form method="post" action="/editions/\(claim.edition)/code">\(context.session.field)
            <button class="quiet">\(language(.renewCode))</button></form>
            """
        return """
            <h2>\(language(.stepWallet))</h2>
            <p>\(language(.scan))</p>
            \(code)
            <p><a class="button quiet" href="\(claim.link)">\(language(.openHere))</a>
            \(demoWallet(claim, language))</p>
            <p>\(language(.enterCode))</p><p class="big">\(claim.code)</p>
            \(isLocked ? "<p role=\"alert\">\(language(.locked))</p>\(renew)" as HTML : .empty)
            <p aria-live="polite">\(language(.waiting))</p>
            """
    }

    /// On one machine a demo wallet is a page: its address is where the operator says.
    private func demoWallet(_ claim: ClaimRecord, _ language: Language) -> HTML {
        guard let wallet = desk.settings.wallet, let query = claim.link.split(separator: "?").last
        else { return .empty }
        return """
            <a class="button" href="\(wallet)/open?\(query)" target="_blank" rel="noopener">\(language(.demoWallet))</a>
            """
    }

    /// Where nobody shows an ID card.
    private func visitor(_ claim: ClaimRecord, _ context: WebContext) -> HTML {
        let language = context.language
        return """
            <h2>\(language(.stepVisitor))</h2>
            <p>\(language(.walletThereVisitor))</p>
            <form method="post" action="/editions/\(claim.edition)/prove">\(context.session.field)
            <p><button>\(language(.receive))</button></p></form>
            """
    }

    private func person(_ claim: ClaimRecord, _ context: WebContext) -> HTML {
        let language = context.language
        let people = desk.reader.choices.enumerated().map { place, person -> HTML in
            """
            <label><input type="radio" name="person" value="\(person.id)" required\(place == 0 ? " checked" as HTML : .empty)> \
            \(language(person.name))</label>
            """
        }
        return """
            <h2>\(language(.stepCard))</h2>
            <p>\(language(.walletThere))</p>
            <form method="post" action="/editions/\(claim.edition)/prove">\(context.session.field)
            <fieldset><legend>\(language(.choosePerson))</legend>\(HTML.join(people))</fieldset>
            <label class="hint"><input type="checkbox" name="replacing" value="1"> \(language(.lostPhone))</label>
            <p><button>\(language(.prove))</button></p></form>
            <p>\(language(.privacy))</p>
            """
    }
}
