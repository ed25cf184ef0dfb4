internal import Pages

/// Everything that the issuer's pages say.
extension Message {
    static let editions = Message("会員証の版", "Editions")
    static let noEditions = Message(
        "まだ版がありません。運営者が版をひらくと、ここに並びます。",
        "There is no edition yet. Those that the operator opens are listed here.")
    static let operatorPage = Message("運営者のページ", "For the operator")
    static let given = Message("発行済み", "Given")
    static let unlimited = Message("無制限", "unlimited")
    static let left = Message("残り", "Left")
    static let inForce = Message("有効", "In force")
    static let benefits = Message("特典", "Benefits")
    static let receive = Message("会員証を受け取る", "Receive your card")
    static let soldOut = Message("定員に達しました", "Sold out")
    static let checkYourself = Message("ご自身で確かめられます", "Check it yourself")
    static let checkText = Message(
        "発行の記録はすべて公開されています。次のコマンドで、枚数が守られていることを誰でも確かめられます。",
        "Everything that was issued is in a public log. With this command anyone checks that the number is kept:"
    )
    static let checkpoint = Message(
        "公開記録の最新の状態（チェックポイント）", "The newest state of the log (checkpoint)")
    static let privacy = Message(
        "本人確認カードの番号も証明書も、保存も公開もしません。一人一枚であることだけを確かめます。",
        "Neither number nor certificate of your ID card is kept or published. Only this is checked: one card for each person."
    )
    static let stepWallet = Message("1. ウォレットで読み取る", "1. Scan with your wallet")
    static let scan = Message("ウォレットのアプリでこのQRコードを読み取ってください。", "Scan this code with your wallet.")
    static let offerCode = Message("会員証の受け取り用QRコード", "QR code of the offer of your card")
    static let openHere = Message("この端末のウォレットでひらく", "Open in a wallet on this device")
    static let demoWallet = Message("お試し用ウォレットでひらく", "Open in the demo wallet")
    static let enterCode = Message("ウォレットに次の番号を入力してください。", "Type this number into the wallet:")
    static let renewCode = Message("番号を作り直す", "Make a new number")
    static let giveUp = Message("やめて、はじめから", "Give up, and start again")
    static let locked = Message(
        "番号の間違いが続いたため、止めました。作り直してください。",
        "There were too many wrong numbers, so this stopped. Make a new one.")
    static let waiting = Message("ウォレットからの応答を待っています…", "Waiting for your wallet…")
    static let stepVisitor = Message("2. 受け取る", "2. Receive it")
    static let stepCard = Message("2. 本人確認カードをかざす", "2. Show your ID card")
    static let walletThere = Message(
        "ウォレットとつながりました。次に、本人確認カードで一人一枚を確かめます。",
        "Your wallet is connected. Now your ID card shows that you are one person.")
    static let walletThereVisitor = Message(
        "ウォレットとつながりました。この会員証に本人確認カードはいりません。",
        "Your wallet is connected. This card needs no ID card.")
    static let anyone = Message(
        "本人確認カードなしで、誰でも受け取れます。一人一枚とは限りません。",
        "Anyone can receive one, without an ID card. One person may have several.")
    static let choosePerson = Message("試験用の人を選んでください", "Choose a test person")
    static let prove = Message("本人確認カードをかざす（試験）", "Show the ID card (test)")
    static let lostPhone = Message(
        "電話をなくしたので、同じ番号の会員証を再発行する", "I lost my phone: issue my card again, with the same number")
    static let stepDone = Message("3. 会員証ができました", "3. Your card is ready")
    static let done = Message("ウォレットに会員証が届きます。", "Your wallet is receiving it now.")
    static let back = Message("はじめのページへ", "Back to the first page")
    static let login = Message("運営者ログイン", "Operator log-in")
    static let password = Message("合言葉", "Pass phrase")
    static let passwordHint = Message(
        "鍵フォルダーの operator.key から作られ、起動時に端末へ表示されます。",
        "Made from operator.key in the keys folder, and printed when the issuer starts.")
    static let enter = Message("入る", "Enter")
    static let leave = Message("出る", "Log out")
    static let openEdition = Message("版をひらく", "Open an edition")
    static let editionID = Message(
        "識別名（英小文字・数字・ハイフン）", "Identifier (small letters, digits, hyphens)")
    static let editionLimit = Message("枚数の上限（空欄で無制限）", "Limit (empty for none)")
    static let titleJapanese = Message("名称（日本語）", "Title (Japanese)")
    static let titleEnglish = Message("名称（英語）", "Title (English)")
    static let benefitList = Message("特典（読点かコンマで区切る）", "Benefits (separated by commas)")
    static let claimList = Message(
        "会員証に書く項目（一行に一つ、名前=値）", "What every card says (one a line, name=value)")
    static let art = Message("カードの絵（SVG、図形と色のみ）", "Card art (SVG, shapes and colours only)")
    static let idClasses = Message("本人確認カード", "ID cards")
    static let currentCard = Message("現在のマイナンバーカード", "Today's My Number Card")
    static let nextCard = Message("次期カード", "The next card")
    static let cards = Message("会員証", "Cards")
    static let number = Message("番号", "Number")
    static let state = Message("状態", "State")
    static let valid = Message("有効", "in force")
    static let suspended = Message("停止中", "suspended")
    static let revoked = Message("失効", "revoked")
    static let suspend = Message("停止", "Suspend")
    static let resume = Message("再開", "Resume")
    static let revoke = Message("失効させる", "Revoke")
    static let freeze = Message("本人確認を束ねて公開する", "Publish the identity checks as a list")
    static let waitingChecks = Message("公開待ちの本人確認", "Identity checks that wait")
    static let settled = Message("証明済み", "Proven")
    static let changeLimit = Message(
        "上限を変える（公開記録に残ります）", "Change the limit (it is recorded in the log)")
    static let change = Message("変える", "Change")
    static let watch = Message("発行のようすを見る", "Watch it live")
    static let publishCounts = Message(
        "評価ノードの集計を公開する", "Publish what the nodes counted")
    static let requesterKey = Message("端末の公開鍵（十六進）", "Public key of the terminal, hexadecimal")
    static let requesterHint = Message(
        "証明書は一日で切れます。取り消しはできません。",
        "The certificate ends after a day. It cannot be withdrawn.")
    static let lateCertificates = Message(
        "締切日より後の証明書も尋ねてよい", "It may ask for certificates from after the cut-off, too")
    static let certify = Message("端末の証明書を出す", "Certify the terminal")
    static let specimen = Message("見本", "Specimen")

    static let benefit = Message("特典", "Benefit")
    static let termsGiven = Message("回数のある特典", "Benefits with a number of uses")
    static let makeTerms = Message("回数のある特典をつくる", "Make a benefit with a number of uses")
    static let termsID = Message("特典の識別名（英小文字・数字・ハイフン）", "Identifier of the benefit")
    static let shopSees = Message("店に見えること", "What the shop sees")
    static let seesCard = Message("どの会員証か", "which card it is")
    static let seesMember = Message(
        "会員のひとりであること（通信なしでは使えません）", "one of the members, not which (never without a network)")
    static let timesEach = Message("一枚につき何回", "Uses of a card in a window")
    static let timesOffline = Message("うち通信なしで使える回数", "Of these, without a network")
    static let windows = Message("期間", "Windows")
    static let windowDays = Message(
        "期間の始まりの日と終わりの日（2026-12-01 のように、一行に一つ）",
        "The days on which windows begin, and the last one ends (2026-12-01, one a line)")
    static let shops = Message("使える店のアドレス（一行に一つ）", "Addresses of the shops (one a line)")
    static let disputes = Message("二重に使われたもの", "Used twice")
    static let owedExplained = Message(
        "店が持ち込んだ回数です。「数えた」と「負担あり」の分を、その店に支払います。",
        "How many uses each shop has handed in. It is paid for those that were counted and those that were charged."
    )
    static let windowFrom = Message("期間の始まり", "Window from")
    static let shop = Message("店", "Shop")
    static let counted = Message("数えた", "Counted")
    static let charged = Message("負担あり", "Charged")
    static let notPaid = Message("支払わない", "Not paid")
    static let toPay = Message("支払う回数", "To be paid")
    static let noUses = Message("まだ持ち込まれていません。", "Nothing was handed in yet.")
    static let whichUse = Message("回の番号", "Use")
    static let firstShop = Message("先の店", "First shop")
    static let secondShop = Message("あとの店", "Second shop")
    static let bearer = Message("負担する人", "Who answers for it")
    static let bearerHolder = Message("会員証の持ち主", "the holder")
    static let bearerShop = Message("あとの店", "the second shop")
    static let sign = Message("署名する（取り消せません）", "Sign (cannot be taken back)")

    static let notices = Message("お知らせ", "Notices")
    static let tell = Message("お知らせを送る", "Tell members something")
    static let tellAll = Message("署名して全員に送る", "Sign, and tell everybody in the list")
    static let programmeID = Message("事業の識別名（英小文字・数字・ハイフン）", "Identifier of the programme")
    static let officeJapanese = Message("担当課（日本語）", "Office (Japanese)")
    static let officeEnglish = Message("担当課（英語）", "Office (English)")
    static let basisJapanese = Message("根拠（日本語）", "Basis in law (Japanese)")
    static let basisEnglish = Message("根拠（英語）", "Basis in law (English)")
    static let textJapanese = Message("本文（日本語）", "Text (Japanese)")
    static let textEnglish = Message("本文（英語）", "Text (English)")
    static let answerUntil = Message("回答期限", "Answers until")
    static let answerUntilDay = Message(
        "回答できる最後の日（2026-12-31 のように）", "The last day for an answer (2026-12-31)")
    static let noticeList = Message(
        "名簿（CSV：一行に「会員番号,金額（円）」。金額は省けます）",
        "The list (CSV: serial,amount in yen a line; the amount may be left out)")
    static let beingTold = Message("送っています", "Being told")
    static let stopped = Message(
        "途中で止まりました。同じ名簿をもう一度送ると続きから進みます。",
        "It stopped. The same list again goes on from there.")
    static let withdrawOrCorrect = Message("取り消し・訂正", "Take back or correct")
    static let newAmount = Message("正しい金額（円、訂正のとき）", "The right amount (yen, for a correction)")
    static let reasonJapanese = Message("理由（日本語）", "Reason (Japanese)")
    static let reasonEnglish = Message("理由（英語）", "Reason (English)")
    static let endProgramme = Message("期限の前に終える", "End before the deadline")
    static let endExplained = Message(
        "まだ答えのないお知らせを、すべて取り消します。答えのあるものは変わりません。元に戻せません。",
        "Takes back every notice that nobody has answered. What was answered stays. It cannot be undone."
    )
    static let endNow = Message("すべて取り消す", "Take all of them back")
    static let casesAsTable = Message(
        "会員ごとの結果（CSV：番号、金額、通貨、状態）", "What became of each (CSV: serial, amount, currency, state)")
    static let correct = Message("訂正する", "Correct")
    static let withdraw = Message("取り消す", "Take back")
    static let noticeOpen = Message("回答待ち", "open")
    static let noticeConfirmed = Message("受け取りを確認", "confirmed")
    static let noticeRefused = Message("辞退", "refused")
    static let noticeWithdrawn = Message("取り消し", "withdrawn")
    static let noticeReplaced = Message("訂正済み", "replaced")
    static let noticeExpired = Message("期限切れ", "expired")
}
