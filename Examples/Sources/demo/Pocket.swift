import Tegata

/// A new phone: everything goes along, and nobody in between reads it.
struct Pocket {
    let stage: Stage
    let issuer: IssuerProfile
    let card: Card
    let holder: Holder

    func tell() async throws {
        stage.act("電話を替える：会員証入れが移る", "A new phone: the wallet moves")
        var old = Wallet()
        try old.keep(card, of: holder, from: issuer)
        let sending = SendingDevice()
        let receiving = try ReceivingDevice(sending.offer)
        let here = try sending.meet(receiving.reply)
        let there = try receiving.meet(here.reveal)
        guard here.code == there.code else {
            throw StoryError.unexpected("the digits are the same")
        }
        stage.say(
            "二つの電話に同じ六桁: \(here.code)", "both phones show the same six digits: \(here.code)")
        let code = there.code
        let file = try here.send(old, comparing: code)
        var new = Wallet()
        let report = try there.receive(file, into: &new, comparing: code)
        stage.say(
            "\(file.count) バイト、会員証 \(report.cards.count) 枚、すべて確かめ直した",
            "\(file.count) bytes, \(report.cards.count) card, checked again")

        let copy = try await stage.time("合言葉で封じた控え", "a copy under a passphrase") {
            try new.exported(under: "correct horse battery staple")
        }
        var stranger = Wallet()
        try await stage.refused(
            "別の合言葉では", "another passphrase", for: .unauthorized
        ) {
            _ = try stranger.take(copy, under: "correct horse battery")
        }
    }
}
