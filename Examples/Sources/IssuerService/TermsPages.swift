internal import Foundation
internal import Hummingbird
internal import Logging
internal import Pages
internal import Tegata

// What members of an edition have so many times: the operator's part.
extension OperatorPages {
    /// The terms that there are, with what somebody has to answer for, and a form for more.
    func benefits(_ edition: OpenEdition, _ context: WebContext) async throws -> HTML {
        let language = context.language
        let id = edition.edition.id
        var rows = [HTML]()
        for text in try await desk.terms.texts(of: edition) {
            let terms = try EntitlementTerms(parsing: text, from: desk.issuer.profile)
            let tally = try await desk.issuer.tally(under: terms)
            let disputes = tally.reduce(0) { $0 + $1.charged + $1.refused }
            let plan = terms.entitlement
            rows.append(
                """
                <tr><th scope="row"><a href="/operator/\(id)/terms/\(plan.id)">\(language(plan.title))</a></th><td>\(language(plan.mode.words))</td><td>\(plan.count)</td><td>\(plan.offline)</td>\
                <td>\(plan.windows.map { "\(Day(of: $0))" }.joined(separator: " – "))</td><td>\(disputes)</td></tr>
                """)
        }
        let table: HTML = """
            <table><caption>\(language(.termsGiven))</caption><thead><tr><th scope="col">\(language(.benefit))</th>\
            <th scope="col">\(language(.shopSees))</th><th scope="col">\(language(.timesEach))</th><th scope="col">\(language(.timesOffline))</th>\
            <th scope="col">\(language(.windows))</th><th scope="col">\(language(.disputes))</th></tr></thead>\
            <tbody>\(HTML.join(rows))</tbody></table>
            """
        let fields = LabelledFields(language: language, scope: id)
        return """
            \(rows.isEmpty ? .empty : table)
            <details><summary>\(language(.makeTerms))</summary>
            <form method="post" action="/operator/\(id)/terms">\(context.session.field)
            \(fields.input("terms-id", .termsID))
            \(fields.input("title_ja", .titleJapanese))\(fields.input("title_en", .titleEnglish))
            \(fields.choice("mode", .shopSees, [("card", Entitlement.Mode.card.words), ("anonymous", Entitlement.Mode.anonymous.words)]))
            \(fields.input("count", .timesEach))\(fields.input("offline", .timesOffline, value: "0"))
            \(fields.area("windows", .windowDays))\(fields.area("shops", .shops))
            <p><button>\(language(.sign))</button></p></form></details>
            """
    }

    /// Signs terms. They cannot be taken back.
    func makeTerms(
        _ id: String, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        let form = try await checked(request, context)
        let edition = try await desk.edition(id)
        let days = try form.required("windows").split(whereSeparator: \.isWhitespace).map { day in
            guard let time = Day(String(day))?.start else { throw Refusal.malformed }
            return time
        }
        let shops = try form.required("shops", atMost: 64 * 1024)
            .split(whereSeparator: \.isWhitespace).map(String.init)
        guard let count = Int(try form.required("count")),
            let offline = Int(try form.required("offline"))
        else { throw Refusal.malformed }
        guard let mode = Entitlement.Mode(rawValue: form["mode"] ?? "card") else {
            throw Refusal.malformed
        }
        let plan: Entitlement
        do {
            plan = try Entitlement(
                try form.required("terms-id", atMost: 64),
                title: BilingualText(
                    ja: try form.required("title_ja"), en: try form.required("title_en")),
                mode: mode, count: count, offline: offline, windows: days, shops: shops)
        } catch let error as NoticeError {
            // The field is named by our own error, in the log; the page says what to do.
            context.logger.info("terms refused: \(error)")
            throw Refusal.malformed
        }
        try await desk.terms.sign(plan, in: edition)
        return .seeOther("/operator")
    }
}

extension Entitlement.Mode {
    /// What a shop sees, in words.
    fileprivate var words: Message {
        switch self {
        case .card: .seesCard
        case .anonymous: .seesMember
        }
    }
}
