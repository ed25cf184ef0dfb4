internal import Crypto
internal import Foundation
internal import Hummingbird
internal import Logging
internal import Pages
internal import ServiceKit
internal import Tegata
internal import TegataOpenID

/// What only the operator sees and does: opening editions, watching them, ending cards.
struct OperatorPages: Sendable {
    let desk: Desk
    private static let stay: Int64 = 8 * 3_600

    func show(_ context: WebContext) async throws -> Response {
        guard try await isOperator(context) else { return logIn(context) }
        let language = context.language
        var sections = [HTML]()
        for edition in desk.editions { sections.append(try await section(edition, context)) }
        return Page(
            language, title: language(.operatorPage), isTest: desk.isTest, refreshing: nil,
            content: """
                <h1>\(language(.operatorPage))</h1>
                \(HTML.join(sections))
                \(opening(context))
                <form method="post" action="/operator/leave">\(context.session.field)<button class="quiet">\(language(.leave))</button></form>
                """
        ).response()
    }

    /// One edition as it goes, brought up to date by itself.
    func watch(_ id: String, _ context: WebContext) async throws -> Response {
        guard try await isOperator(context) else { return logIn(context) }
        let language = context.language
        let edition = try await desk.edition(id)
        let standing = try await desk.issuer.standing(of: edition)
        let title = language(edition.edition.title, or: id).cut(to: 60)
        let left = standing.freeLimit.map { "\($0)" } ?? language(.unlimited)
        return Page(
            language, title: title, isTest: desk.isTest, refreshing: 2,
            content: """
                <h1>\(title)</h1>
                <p class="big" role="status">\(standing.given) / \(language.limit(standing.limit))</p>
                <dl><dt>\(language(.left))</dt><dd>\(left)</dd>
                <dt>\(language(.inForce))</dt><dd>\(standing.cards.values.count { $0 == .valid })</dd>
                <dt>\(language(.waitingChecks))</dt><dd>\(standing.waitingSessions)</dd></dl>
                <p><a href="/operator">\(language(.back))</a></p>
                """
        ).response()
    }

    func logIn(_ context: WebContext) -> Response {
        let language = context.language
        return Page(
            language, title: language(.login), isTest: desk.isTest,
            content: """
                <h1>\(language(.login))</h1>
                <form method="post" action="/operator/enter">\(context.session.field)
                <label for="password">\(language(.password)) <span class="hint">\(language(.passwordHint))</span></label>
                <input id="password" name="password" type="password" autocomplete="current-password" required>
                <p><button>\(language(.enter))</button></p></form>
                """
        ).response()
    }

    func enter(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await Form(request, context)
        guard await desk.attempts.allows(context.client) else { throw Refusal.limitExceeded }
        // Hashes, compared as a whole: how far a guess was right shows in no time (A125).
        let given = SHA256.hash(data: Data(try form.required("password").utf8))
        guard given == SHA256.hash(data: Data(desk.password.utf8)) else {
            throw Refusal.unauthorized
        }
        let session = BrowserSession()
        guard
            try await desk.store.replace(
                key(session), nil, with: [1], until: now + Self.stay, now: now)
        else { throw Refusal.conflict }
        return .seeOther("/operator").renewing(session)
    }

    func leave(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await Form(request, context)
        _ = try await desk.store.replace(
            key(context.session), [1], with: nil, until: now, now: now)
        return .seeOther("/operator")
    }

    func open(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await checked(request, context)
        var titles = [String: String]()
        titles["ja"] = form["title_ja"]
        titles["en"] = form["title_en"]
        var classes = Set<CardClass>()
        if form["current"] != nil { classes.insert(.jpkiRSA) }
        if form["next"] != nil { classes.insert(.jpkiP384) }
        let limit: Limit
        if let text = form["limit"] {
            guard let count = UInt32(text) else { throw Refusal.malformed }
            limit = .cards(count)
        } else {
            limit = .unlimited
        }
        let benefits = (form["benefits"] ?? "").split { ",、".contains($0) }
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        var claims = [String: String]()
        for line in (form["claims"] ?? "").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw Refusal.malformed }
            claims[parts[0].trimmingCharacters(in: .whitespaces)] =
                parts[1].trimmingCharacters(in: .whitespaces)
        }
        let edition: Edition
        do {
            edition = try Edition(
                try form.required("id"), limit: limit, title: titles, benefits: benefits,
                nationalID: classes, draw: draw(in: form, form.required("id")),
                cutOff: cutOff(in: form))
        } catch {
            // The field is named by our own error, in the log; the page says what to do.
            context.logger.info("edition refused: \(error)")
            throw Refusal.malformed
        }
        try await desk.open(edition, EditionExtra(claims: claims, art: form["art"]))
        return .seeOther("/operator")
    }

    func setStatus(
        _ id: String, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        let form = try await checked(request, context)
        guard let serial = UInt32(try form.required("serial")) else { throw Refusal.malformed }
        let status: CardStatus =
            switch try form.required("status") {
            case "valid": .valid
            case "suspended": .suspended
            case "revoked": .revoked
            default: throw Refusal.malformed
            }
        try await desk.issuer.setStatus(status, of: serial, in: await desk.edition(id))
        await desk.cardsChanged()
        return .seeOther("/operator")
    }

    func setLimit(
        _ id: String, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        let form = try await checked(request, context)
        guard let count = UInt32(try form.required("limit")) else { throw Refusal.malformed }
        try await desk.issuer.setLimit(.cards(count), of: await desk.edition(id))
        await desk.cardsChanged()
        return .seeOther("/operator")
    }

    func freeze(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await checked(request, context)
        // In a test, where nobody is to be hidden, a few are enough.
        try await desk.issuer.freezeSessions(
            of: await desk.edition(id), atLeast: desk.isTest ? 1 : 64)
        return .seeOther("/operator")
    }

    /// Asks the nodes how often they evaluated, for the log: daily, so that monitors and audits have something to compare.
    func publishCounts(
        _ id: String, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        _ = try await checked(request, context)
        try await desk.issuer.publishCounts(of: await desk.edition(id))
        await desk.cardsChanged()
        return .seeOther("/operator")
    }

    /// A requester's certificate for a day, as text: for a kiosk or a counter, whose key the operator has compared.
    func certify(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await checked(request, context)
        guard
            let key = try? Secp256k1.PublicKey(
                compressedRepresentation: bytes(hexadecimal: try form.required("key")))
        else { throw Refusal.malformed }
        let certificate = try desk.issuer.certify(
            key, for: await desk.edition(id), seconds: 86_400,
            lateCertificates: form["late"] != nil)
        return .json(
            hexadecimal(certificate), type: "text/plain; charset=utf-8")
    }

    /// A form of the operator's own session.
    func checked(_ request: Request, _ context: WebContext) async throws -> Form {
        let form = try await Form(request, context, limit: CardArt.maximumSize * 3 + 64 * 1024)
        guard try await isOperator(context) else { throw Refusal.unauthorized }
        return form
    }

    func isOperator(_ context: WebContext) async throws(Refusal) -> Bool {
        try await desk.store.value(of: key(context.session), now: now) == [1]
    }

    private func key(_ session: BrowserSession) -> [UInt8] {
        Array("operator".utf8) + session.key
    }

    private var now: Int64 { Now.seconds }
}
