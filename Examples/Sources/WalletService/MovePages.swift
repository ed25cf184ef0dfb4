internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Pages
internal import Tegata

/// The pages on which a wallet moves: into a file and out of it, from device to device, and away.
struct MovePages: Sendable {
    let service: WalletService
    let isTest: Bool
    private let moves = DeviceMoves()
    /// A file of 16 MiB, and what a form has around it.
    private static let limit = 17 << 20

    init(service: WalletService, isTest: Bool) {
        self.service = service
        self.isTest = isTest
    }

    func add(to router: Router<WebContext>) {
        router.get("move") { _, context in views(context).move(nil) }
        router.post("move/export") { request, context in
            let form = try await Form(request, context)
            let passphrase = try form.required("passphrase", atMost: 1024)
            guard try form.required("again", atMost: 1024) == passphrase else {
                return views(context).move(.different)
            }
            guard passphrase.count >= 10 else { return views(context).move(.tooShort) }
            return Self.download(try service.export(under: passphrase))
        }
        router.post("move/import") { request, context in
            let form = try await Form(uploaded: request, context, limit: Self.limit)
            return try taken(context) {
                try service.take(
                    try form.file("file"),
                    under: try form.required("passphrase", atMost: 1024))
            }
        }
        router.post("issuers/delete") { request, context in
            let form = try await Form(request, context)
            try service.delete(issuer: try form.required("issuer", atMost: 2048))
            return Response.seeOther("/")
        }
        router.get("move/delete") { _, context in views(context).deletionOfAll() }
        router.post("move/delete") { request, context in
            _ = try await Form(request, context)
            try service.deleteAll()
            return Response.seeOther("/")
        }
        addSending(to: router)
        addReceiving(to: router)
    }

    private func views(_ context: WebContext) -> WalletViews {
        WalletViews(language: context.language, session: context.session, isTest: isTest)
    }

    private func addSending(to router: Router<WebContext>) {
        router.post("move/send") { request, context in
            _ = try await Form(request, context)
            return views(context).offer(moves.offer(context.session.key))
        }
        router.post("move/send/reply") { request, context in
            let reply = try await text(request, context)
            return try step(context) {
                let met = try moves.meet(reply, context.session.key)
                return views(context).reveal(met.reveal, met.code)
            }
        }
        router.post("move/send/file") { request, context in
            let code = try await Form(request, context).required("code", atMost: 64)
            return try step(context) {
                let wallet = try service.kept().wallet
                return Self.download(
                    try moves.send(
                        wallet, comparing: code.filter { !$0.isWhitespace }, context.session.key))
            }
        }
    }

    private func addReceiving(to router: Router<WebContext>) {
        router.post("move/receive") { request, context in
            let offer = try await text(request, context)
            return try step(context) {
                views(context).reply(try moves.reply(to: offer, context.session.key))
            }
        }
        router.post("move/receive/reveal") { request, context in
            let reveal = try await text(request, context)
            return try step(context) {
                views(context).digits(try moves.learn(reveal, context.session.key))
            }
        }
        router.post("move/receive/file") { request, context in
            let form = try await Form(uploaded: request, context, limit: Self.limit)
            let file = try form.file("file")
            let code = try form.required("code", atMost: 64).filter { !$0.isWhitespace }
            return try taken(context) {
                try service.home.change { wallet in
                    try moves.receive(
                        file, comparing: code, into: &wallet, context.session.key)
                }
            }
        }
    }

    private func text(_ request: Request, _ context: WebContext) async throws -> String {
        try await Form(request, context).required("text", atMost: 256)
            .filter { !$0.isWhitespace }
    }

    private func step(_ context: WebContext, _ body: () throws -> Response) throws -> Response {
        do {
            return try body()
        } catch let refusal as Refusal {
            return views(context).moveRefused(refusal)
        }
    }

    private func taken(
        _ context: WebContext, _ body: () throws -> WalletImport
    ) throws -> Response {
        try step(context) { views(context).imported(try body()) }
    }

    private static func download(_ file: [UInt8]) -> Response {
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .cacheControl: "no-store",
        ]
        headers[.contentDisposition] = "attachment; filename=\"wallet.tegata\""
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file)))
    }
}
