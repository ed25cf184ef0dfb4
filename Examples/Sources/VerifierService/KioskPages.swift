internal import Hummingbird
internal import Pages
internal import Tegata

/// For people who have only their ID card: a member of the edition or not, and nothing more.
struct KioskPages: Sendable {
    let counter: Counter
    let kiosk: Kiosk
    let reader: (any CardReader)?
    let identity: IdentityServices?

    func add(to router: Router<WebContext>) {
        router.get("kiosk") { _, context in await form(context) }
        router.post("kiosk") { request, context in try await check(request, context) }
    }

    private var isTest: Bool {
        reader?.isTest == true || identity?.usesTestAnchors == true
    }

    /// The editions that ask for an ID card, each with its issuer.
    private func editions() async -> [(edition: OpenEdition, profile: IssuerProfile)] {
        await counter.issuers.profiles.flatMap { profile in
            profile.editions.filter { $0.trust != nil }.map { ($0, profile) }
        }
    }

    private func form(_ context: WebContext) async -> Response {
        let language = context.language
        let editions = await editions()
        guard let reader, identity != nil, !editions.isEmpty else {
            return counter.page(
                context, .kiosk, test: isTest,
                """
                <p>\(language(editions.isEmpty ? .noIssuer : .noKiosk))</p>
                \(counter.again(language))
                """)
        }
        let options = editions.map { entry -> HTML in
            let title = language(entry.edition.edition.title, or: entry.edition.edition.id)
            return """
                <option value="\(entry.edition.listsFile)">\(title.cut(to: 80)) — \(entry.profile.issuer)</option>
                """
        }
        return counter.page(
            context, .kiosk, test: isTest,
            """
            <p>\(language(.kioskExplained))</p>
            <form method="post" action="/kiosk">\(context.session.field)
            <label for="edition">\(language(.chooseEdition))</label>
            <select id="edition" name="edition">\(HTML.join(options))</select>
            \(choices(reader, language))
            <p><button>\(language(.check))</button></p></form>
            \(counter.again(language))
            """)
    }

    private func choices(_ reader: any CardReader, _ language: Language) -> HTML {
        guard !reader.choices.isEmpty else {
            return """
                <p>\(language(.putCardIn))</p>
                """
        }
        let options = reader.choices.map { choice -> HTML in
            """
            <option value="\(choice.id)">\(language(choice.name))</option>
            """
        }
        return """
            <label for="card">\(language(.choosePerson))</label>
            <select id="card" name="card">\(HTML.join(options))</select>
            """
    }

    private func check(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await Form(request, context)
        let name = try form.required("edition", atMost: 128)
        guard let reader, let identity else { throw Refusal.unsupported }
        guard
            let (edition, profile) = await editions().first(where: { $0.edition.listsFile == name })
        else { throw Refusal.malformed }
        let card = try await reader.card(form["card"])
        do {
            let verdict = try await ask(card, edition, profile, identity)
            guard request.wantsPage else { return Response.json(verdict.json.description) }
            return counter.page(
                context, .kiosk, test: isTest,
                """
                \(await VerdictView(verdict: verdict, counter: counter).html(context.language))
                \(counter.again(context.language, at: "/kiosk"))
                """)
        } catch {
            guard error == .unauthorized, request.wantsPage else { throw error }
            return stranger(context)
        }
    }

    /// - Throws: `unauthorized` for a person who is no member, and every other reason.
    private func ask(
        _ card: any IdentityCard, _ edition: OpenEdition, _ profile: IssuerProfile,
        _ identity: IdentityServices
    ) async throws(Refusal) -> Verdict {
        let verifier = try await counter.desk.open().verifier
        let challenge = try await verifier.challenge(asking: [], personOf: edition)
        let lists = try await counter.issuers.lists(of: edition)
        // A kiosk's check needs no nonce of the issuer's.
        let reached = edition.reached(through: identity, nonce: Self.noNonce)
        let statement: String
        do {
            statement = try await kiosk.check(
                challenge, reached, lists: lists, from: profile, proving: card)
        } catch {
            // What a card answers is its own error; to people it is one thing.
            throw error as? Refusal ?? .nationalIDInvalid
        }
        return Verdict(try await verifier.verify(kiosk: statement))
    }

    private static func noNonce() async throws(Refusal) -> String { throw .unsupported }

    private func stranger(_ context: WebContext) -> Response {
        let language = context.language
        return counter.page(
            context, .kiosk, test: isTest, status: .forbidden,
            """
            <section class="verdict bad" role="alert"><h2>\(language(.notAMember))</h2>
            <p class="reason"><code>\(Refusal.unauthorized.rawValue)</code></p></section>
            \(counter.again(language, at: "/kiosk"))
            """)
    }
}
