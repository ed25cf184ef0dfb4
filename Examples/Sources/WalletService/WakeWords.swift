internal import Pages

extension Message {
    static let wakeMe = Message("お知らせが届いたら知らせる", "Tell me when there is mail")
    static let wakeExplained = Message(
        "発行者がこのブラウザーに合図を送ります。発行者には、この会員証とブラウザーの宛先が伝わります。ブラウザーの通知サービスに分かるのは、この発行者から合図があったことだけで、内容は読めません。",
        "The issuer sends this browser a signal. It learns that this card goes with this browser's address. The browser's push service learns that this issuer sent a signal, and cannot read what it says."
    )
    static let wakeCannot = Message(
        "このブラウザーでは使えません（スクリプトと通知が必要です）。お知らせは、会員証のページからいつでも受け取れます。",
        "This does not work in this browser: it takes scripts and notifications. Mail can be fetched at any time on the card's page."
    )
    static let wakeRefused = Message(
        "ブラウザーの通知が許可されていないか、通知サービスにつながりません。",
        "The browser does not allow notifications, or its push service cannot be reached.")
    static let wakeEnd = Message("知らせを止める", "Do not tell me any more")
    static let wakeEndExplained = Message(
        "この会員証について、すべての端末への合図を止めます。",
        "The issuer stops signals about this card, to all of your devices.")
    static let wakesNow = Message("届いたらこのブラウザーに知らせます。", "This browser will tell you.")
    static let wakesNobody = Message("知らせを止めました。", "Nobody is told any more.")
    static let readMail = Message("お知らせを受け取る", "Fetch the mail")
    static let mailCame = Message("お知らせが届きました", "There is mail for you")
}
