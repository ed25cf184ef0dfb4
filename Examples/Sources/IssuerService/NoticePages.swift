internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Pages
internal import Tegata

// What an office tells members: the operator's part.
extension OperatorPages {
    /// A page of its own for each edition: programmes with what became of them, and a form for more.
    func notices(_ id: String, _ context: WebContext) async throws -> Response {
        guard try await isOperator(context) else { return .seeOther("/operator") }
        let language = context.language
        let edition = try await desk.edition(id)
        var sections = [HTML]()
        var isWorking = false
        for plan in try await desk.notices.programmes(of: edition).reversed() {
            let job = desk.notices.job(plan.id, in: id)
            isWorking = isWorking || job?.isOver == false
            let tally = try await desk.issuer.tally(of: plan.id, in: edition)
            sections.append(section(plan, tally, job, id, context))
        }
        return Page(
            language, title: language(.notices), isTest: desk.isTest,
            refreshing: isWorking ? 2 : nil,
            content: """
                <h1>\(language(.notices))</h1>
                <p>\(language(edition.edition.title, or: id).cut(to: 60))</p>
                \(HTML.join(sections))
                \(telling(id, context))
                <p><a href="/operator">\(language(.operatorPage))</a></p>
                """
        ).response()
    }

    private func section(
        _ plan: PlannedProgramme, _ tally: [NoticeState: Int], _ job: NoticeDesk.Job?,
        _ edition: String, _ context: WebContext
    ) -> HTML {
        let language = context.language
        let title = (language == .japanese ? plan.title.first : plan.title.last) ?? plan.id
        let counts = NoticeState.allCases.map { state -> HTML in
            """
            <dt>\(language(state.words))</dt><dd>\(tally[state] ?? 0)</dd>
            """
        }
        var progress: HTML = .empty
        if let job, !job.isOver {
            progress = """
                <p role="status">\(language(.beingTold)) \(job.done) / \(job.total)</p>
                <progress max="\(max(1, job.total))" value="\(job.done)" aria-label="\(language(.beingTold))"></progress>
                """
        } else if let fault = job?.fault {
            progress = """
                <p role="alert"><strong>\(language(.stopped))</strong> <code>\(fault.cut(to: 200))</code></p>
                """
        }
        let fields = LabelledFields(language: language, scope: "\(edition)-\(plan.id)")
        return """
            <section><h2>\(title.cut(to: 80))</h2>
            \(progress)
            <dl>\(HTML.join(counts))<dt>\(language(.answerUntil))</dt><dd>\(Day(of: plan.deadline))</dd></dl>
            <details><summary>\(language(.withdrawOrCorrect))</summary>
            <form method="post" action="/operator/\(edition)/notices/change">\(context.session.field)
            <input type="hidden" name="programme" value="\(plan.id)">
            \(fields.input("serial", .number))
            \(fields.input("amount", .newAmount, required: false))
            \(fields.input("reason_ja", .reasonJapanese))\(fields.input("reason_en", .reasonEnglish))
            <p><button name="what" value="correct">\(language(.correct))</button>
            <button class="danger" name="what" value="withdraw">\(language(.withdraw))</button></p>
            </form></details>
            \(ending(plan, edition, context))
            <p><a href="/operator/\(edition)/notices/\(plan.id)/cases.csv">\(language(.casesAsTable))</a></p></section>
            """
    }

    /// Ends a programme before its deadline.
    private func ending(
        _ plan: PlannedProgramme, _ edition: String, _ context: WebContext
    ) -> HTML {
        let language = context.language
        let fields = LabelledFields(language: language, scope: "end-\(edition)-\(plan.id)")
        return """
            <details><summary>\(language(.endProgramme))</summary>
            <form method="post" action="/operator/\(edition)/notices/end">\(context.session.field)
            <input type="hidden" name="programme" value="\(plan.id)">
            <p>\(language(.endExplained))</p>
            \(fields.input("reason_ja", .reasonJapanese))\(fields.input("reason_en", .reasonEnglish))
            <p><button class="danger">\(language(.endNow))</button></p></form></details>
            """
    }

    private func telling(_ edition: String, _ context: WebContext) -> HTML {
        let language = context.language
        let fields = LabelledFields(language: language, scope: "new")
        return """
            <section><h2>\(language(.tell))</h2>
            <form method="post" action="/operator/\(edition)/notices" enctype="multipart/form-data">\(context.session.field)
            \(fields.input("programme", .programmeID))
            \(fields.input("title_ja", .titleJapanese))\(fields.input("title_en", .titleEnglish))
            \(fields.input("office_ja", .officeJapanese))\(fields.input("office_en", .officeEnglish))
            \(fields.input("basis_ja", .basisJapanese))\(fields.input("basis_en", .basisEnglish))
            \(fields.area("text_ja", .textJapanese))\(fields.area("text_en", .textEnglish))
            \(fields.input("until", .answerUntilDay))
            <label for="list">\(language(.noticeList))</label>
            <input id="list" name="list" type="file" accept=".csv,text/csv" required>
            <p><button>\(language(.tellAll))</button></p></form></section>
            """
    }

    /// A programme and its list: everybody in it is told.
    func tell(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        // Before 4 MiB of anybody's are read.
        guard try await isOperator(context) else { throw Refusal.unauthorized }
        let form = try await Form(uploaded: request, context, limit: 4 << 20)
        let edition = try await desk.edition(id)
        guard let end = Day(try form.required("until")),
            let list = String(validating: try form.file("list"), as: UTF8.self)
        else { throw Refusal.malformed }
        func both(_ name: String) throws -> [String] {
            // Browsers send lines as CR LF.
            try ["_ja", "_en"].map { language in
                try form.required(name + language, atMost: 8192).replacing("\r\n", with: "\n")
            }
        }
        let plan = PlannedProgramme(
            id: try form.required("programme", atMost: 64), office: try both("office"),
            title: try both("title"), basis: try both("basis"), text: try both("text"),
            deadline: end.start + 86_400)
        let cases = try NoticeCase.list(list)
        do {
            _ = try plan.programme()
        } catch {
            // The field is named by our own error, in the log; the page says what to do.
            context.logger.info("programme refused: \(error)")
            throw Refusal.malformed
        }
        try await desk.notices.add(plan, to: edition)
        desk.notices.tell(cases, of: plan, in: edition)
        return .seeOther("/operator/\(id)/notices")
    }

    /// Everything that nobody has answered is taken back.
    func endProgramme(
        _ id: String, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        let form = try await checked(request, context)
        let edition = try await desk.edition(id)
        let plan = try await desk.notices.programme(
            try form.required("programme", atMost: 64), of: edition)
        desk.notices.end(
            plan.id, in: edition,
            because: BilingualText(
                ja: try form.required("reason_ja"), en: try form.required("reason_en")))
        return .seeOther("/operator/\(id)/notices")
    }

    /// Who was told what, and what became of it, for whoever pays.
    func cases(_ id: String, _ programme: String, _ context: WebContext) async throws -> Response {
        guard try await isOperator(context) else { return .seeOther("/operator") }
        struct Payload: Decodable {
            struct Benefit: Decodable {
                let amount: Int64?
                let currency: String?
            }
            let benefit: Benefit?
        }
        let edition = try await desk.edition(id)
        let told = try await desk.issuer.notices(of: programme, in: edition)
        let issuer = desk.issuer
        let name = "\(id)-\(programme).csv"
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            // Line by line: a list may be long.
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "serial,amount,currency,state\r\n"))
                for one in told {
                    let text = try await issuer.text(of: one.id)
                    let benefit = CompactText(text)?.read(Payload.self)?.benefit
                    let fields = [
                        one.serial.map(String.init), benefit?.amount.map(String.init),
                        benefit?.currency, "\(one.state)",
                    ]
                    let line = fields.map { $0 ?? "" }.joined(separator: ",")
                    try await writer.write(ByteBuffer(string: line + "\r\n"))
                }
                try await writer.finish(nil)
            })
    }

    /// One notice is taken back, or put right.
    func changeNotice(
        _ id: String, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        let form = try await checked(request, context)
        let edition = try await desk.edition(id)
        guard let serial = UInt32(try form.required("serial")) else { throw Refusal.malformed }
        let programme = try form.required("programme", atMost: 64)
        let reason = BilingualText(
            ja: try form.required("reason_ja"), en: try form.required("reason_en"))
        do {
            switch try form.required("what", atMost: 16) {
            case "withdraw":
                try await desk.notices.withdraw(
                    programme, from: serial, in: edition, because: reason)
            case "correct":
                guard let amount = Int64(try form.required("amount")) else {
                    throw Refusal.malformed
                }
                try await desk.notices.correct(
                    programme, by: NoticeCase(serial: serial, amount: amount), in: edition,
                    because: reason)
            default: throw Refusal.malformed
            }
        } catch NoticeError.refused(let refusal) {
            throw refusal
        } catch let error as NoticeError {
            context.logger.info("notice refused: \(error)")
            throw Refusal.malformed
        }
        return .seeOther("/operator/\(id)/notices")
    }
}

extension NoticeState {
    var words: Message {
        switch self {
        case .open: .noticeOpen
        case .confirmed: .noticeConfirmed
        case .refused: .noticeRefused
        case .withdrawn: .noticeWithdrawn
        case .replaced: .noticeReplaced
        case .expired: .noticeExpired
        }
    }
}
