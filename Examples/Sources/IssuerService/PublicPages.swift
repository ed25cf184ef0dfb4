internal import Hummingbird
internal import Pages
internal import Tegata

/// What anyone may see: the editions, how many cards of each exist, and how to check that.
struct PublicPages: Sendable {
    let desk: Desk

    func home(_ context: WebContext) async throws -> Response {
        let language = context.language
        var items = [HTML]()
        for edition in desk.editions {
            let standing = try await desk.issuer.standing(of: edition)
            items.append(
                """
                <li><h2><a href="/editions/\(edition.edition.id)">\(language(edition.edition.title, or: edition.edition.id).cut(to: 60))</a></h2>
                \(count(standing, language))</li>
                """)
        }
        let list: HTML =
            items.isEmpty
            ? "<p>\(language(.noEditions))</p>" : "<ul class=\"editions\">\(HTML.join(items))</ul>"
        return Page(
            language, title: language(desk.settings.name), isTest: desk.isTest,
            content: """
                <h1>\(language(desk.settings.name))</h1>
                <p><code>\(desk.settings.address)</code></p>
                <h2>\(language(.editions))</h2>
                \(list)
                <p>\(language(.privacy))</p>
                <p><a href="/operator">\(language(.operatorPage))</a></p>
                """
        ).response()
    }

    func edition(_ id: String, _ context: WebContext) async throws -> Response {
        let language = context.language
        let edition = try await desk.edition(id)
        let standing = try await desk.issuer.standing(of: edition)
        let face = CardFace(
            title: language(edition.edition.title, or: id), issuer: desk.settings.address,
            serial: nil, limit: language.limit(standing.limit),
            art: try await desk.extras.art(of: id),
            isTest: desk.isTest)
        let isSoldOut = standing.freeLimit == 0
        let action: HTML =
            isSoldOut
            ? "<p><strong>\(language(.soldOut))</strong></p>" : ""
        let benefits: HTML =
            edition.edition.benefits.isEmpty
            ? ""
            : "<dt>\(language(.benefits))</dt><dd>\(edition.edition.benefits.map(language.label).joined(separator: language == .japanese ? "、" : ", "))</dd>"
        return Page(
            language, title: language(edition.edition.title, or: id), isTest: desk.isTest,
            content: """
                <h1>\(language(edition.edition.title, or: id).cut(to: 60))</h1>
                \(face.svg)
                \(count(standing, language))
                <dl>\(benefits)</dl>
                \(cutOff(edition, language))
                \(DrawWords(edition: edition, language: language).html)
                <p>\(language(edition.edition.description, or: "").cut(to: 1000))</p>
                \(action)
                <form method="post" action="/editions/\(id)/claim">\(context.session.field)
                <button>\(language(edition.edition.draw == nil ? .receive : .enterDraw))</button></form>
                <p>\(language(edition.edition.nationalID.isEmpty ? .anyone : .privacy))</p>
                <h2>\(language(.checkYourself))</h2>
                <p>\(language(.checkText))</p>
                <p><code>tegata audit \(desk.settings.address)/log</code></p>
                <details><summary>\(language(.checkpoint))</summary>
                <pre class="code">\(try await desk.issuer.checkpoint() ?? "–")</pre></details>
                <p><a href="/">\(language(.back))</a></p>
                """
        ).response()
    }

    private func cutOff(_ edition: OpenEdition, _ language: Language) -> HTML {
        guard let day = edition.cutOffDay else { return .empty }
        return "<p>\(language(.onlyEarlier)) <strong>\(day)</strong></p>"
    }

    private func count(_ standing: EditionStanding, _ language: Language) -> HTML {
        let inForce = standing.cards.values.count { $0 == .valid }
        guard let free = standing.freeLimit else {
            return """
                <p>\(language(.given)) \(standing.given) / \(language(.unlimited)) · \(language(.inForce)) \(inForce)</p>
                """
        }
        return """
            <p>\(language(.given)) <strong>\(standing.given)</strong> / \(language.limit(standing.limit)) · \(language(.inForce)) \(inForce) · \(language(.left)) \(free)</p>
            <progress max="\(max(1, standing.given + free))" value="\(standing.given)" aria-label="\(language(.given))"></progress>
            """
    }
}

extension Language {
    /// A limit in words.
    func limit(_ limit: Limit) -> String {
        if case .cards(let count) = limit { "\(count)" } else { self(.unlimited) }
    }
}
