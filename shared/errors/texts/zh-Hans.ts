import type { Texts } from "../textShape.ts";

export const zhHans: Texts = {
  problems: {
    "token-missing": {
      title: "你尚未登录",
      detail: "请使用恢复帐户登录，然后重试。",
    },
    "token-invalid": {
      title: "无法接受你的登录",
      detail: "请使用恢复帐户登录，然后重试。",
    },
    "token-expired": {
      title: "你的登录已过期",
      detail: "请使用恢复帐户登录，然后重试。",
    },
    "work-account-refused": {
      title: "工作或学校帐户不能用于备份",
      detail: "请使用个人帐户登录。它的备份也会包含你的工作和学校帐户。",
    },
    "provider-refused": {
      title: "帐户提供方不能使用备份",
      detail: "备份只属于其所有者。请使用个人帐户登录。",
    },
    "operator-refused": {
      title: "运营人员不能使用备份",
      detail: "备份只属于其所有者。请使用个人帐户登录。",
    },
    "provider-required": {
      title: "这仅供帐户提供方使用",
      detail: "请使用你的组织的应用通过自身凭据获取的令牌。",
    },
    "operator-required": { title: "这仅供运营人员使用", detail: "请使用运营此服务的帐户的令牌。" },
    "role-required": { title: "令牌缺少应用角色", detail: "请向管理应用注册的人员申请所列的角色。" },
    "proof-missing": {
      title: "手机未证明自己的身份",
      detail: "请发送一个 DPoP 标头，其中包含由手机密钥签名的证明。",
    },
    "proof-invalid": {
      title: "无法接受手机的证明",
      detail: "请针对此方法、此地址和此访问令牌创建新的证明，并用手机密钥签名。",
    },
    "proof-expired": {
      title: "手机的证明太旧，或时间晚于现在",
      detail:
        "手机的时间不正确，或者请求花了太长时间才送达。请将手机的时间与此处给出的服务时间核对，然后重试，最好使用更快的网络。",
    },
    "proof-replayed": {
      title: "手机的证明已被使用过",
      detail: "每个请求都请创建新的证明，重试时也一样。",
    },
    "device-not-registered": {
      title: "此手机尚未注册",
      detail: "请先使用恢复帐户注册此手机。",
    },
    "step-up-required": {
      title: "请重新登录",
      detail: "为了保护你的帐户，请使用恢复帐户确认是你本人。",
    },
    "too-many-refusals": {
      title: "被拒绝的请求过多",
      detail: "为了保护你的帐户，暂时不再答复使用此次登录的请求。重新登录后即可继续。备份仍会照常进行。",
    },
    "too-many-tries": {
      title: "尝试次数过多",
      detail: "为了保护你的帐户，暂时无法再尝试。备份仍会照常进行。",
    },
    "client-version-invalid": {
      title: "缺少应用版本，或格式不正确",
      detail: "请在 X-Client-Version 中发送应用版本，由一到四个数字组成，并以句点分隔。",
    },
    "client-platform-invalid": {
      title: "缺少手机平台，或无法识别",
      detail: "请在 X-Client-Platform 中发送 ios 或 android。",
    },
    "client-platform-changed": {
      title: "此手机注册时使用的是另一个平台",
      detail: "手机会保留注册时的平台。请使用新的密钥注册此手机。",
    },
    "app-version-unsupported": {
      title: "此版本的应用太旧",
      detail: "请更新应用，以备份和恢复你的帐户。",
    },
    "length-required": {
      title: "请求未说明其长度",
      detail: "请发送 Content-Length。不接受分块传输的正文。",
    },
    "body-too-large": {
      title: "请求过大",
      detail: "请发送较小的正文。",
    },
    "content-type-unsupported": {
      title: "请求不是 JSON",
      detail: "请以 application/json 和 UTF-8 发送正文。",
    },
    "content-encoding-unsupported": {
      title: "请求经过压缩",
      detail: "请发送不带 Content-Encoding 的正文。",
    },
    "body-missing": {
      title: "请求没有正文",
      detail: "请发送此地址所要求的 JSON 对象。",
    },
    "json-invalid": {
      title: "请求不是有效的 JSON",
      detail: "请以 UTF-8 发送一个 JSON 值（RFC 8259）。",
    },
    "json-too-deep": {
      title: "请求的嵌套层级过深",
      detail: "请按照此地址所要求的格式发送正文。",
    },
    "json-too-many-members": {
      title: "请求包含的成员过多",
      detail: "请按照此地址所要求的格式发送正文。",
    },
    "json-duplicate-key": {
      title: "请求中有重复的成员名称",
      detail: "对象中的每个成员名称只能出现一次。",
    },
    "json-invalid-number": {
      title: "请求含有不接受的数字",
      detail: "数字必须为整数，且不得带小数部分或指数。",
    },
    "json-invalid-string": {
      title: "请求含有不接受的字符",
      detail: "字符串不得含有 NUL 或未成对的代理字符。",
    },
    "private-key-refused": {
      title: "请求含有私钥",
      detail: "私钥绝不能离开生成它的手机。请只发送公钥。",
    },
    "body-invalid": {
      title: "请求不符合此地址所要求的格式",
      detail: "请更正错误列表中列出的项目，然后重试。",
    },
    "parameter-invalid": {
      title: "地址的格式不正确",
      detail: "请更正错误列表中列出的项目，然后重试。",
    },
    "header-invalid": {
      title: "标头的格式不正确",
      detail: "请更正错误列表中列出的项目，然后重试。",
    },
    "idempotency-key-invalid": {
      title: "缺少幂等键，或格式不正确",
      detail:
        "请在 Idempotency-Key 中发送 16 到 64 个字母、数字、- 或 _。每个新操作使用新的键，重试时使用相同的键。",
    },
    "idempotency-key-reused": {
      title: "此幂等键属于另一个请求",
      detail: "新的操作请使用新的键。重试时请发送完全相同的正文。",
    },
    "precondition-required": {
      title: "上传未说明要替换哪个版本",
      detail: "请用状态的 ETag 发送 If-Match；如果是第一个版本，请发送 If-None-Match: *。",
    },
    "not-found": {
      title: "此地址没有任何内容",
      detail: "请检查地址，然后重试。",
    },
    "method-not-allowed": {
      title: "此地址不接受此方法",
      detail: "请使用 Allow 标头中列出的方法。",
    },
    "device-id-mismatch": {
      title: "地址指向另一部手机",
      detail: "手机只能注册自己，并以签署证明的密钥的指纹（RFC 7638）作为名称。",
    },
    "device-conflict": {
      title: "此手机注册时使用的是另一个密封密钥",
      detail: "请创建新的密钥，并用新的密钥注册手机。",
    },
    "too-many-devices": {
      title: "你的手机数量过多",
      detail: "请移除不再使用的手机，然后重试。",
    },
    "backup-off": {
      title: "备份已关闭",
      detail: "请先打开备份。",
    },
    "backup-already-on": {
      title: "已经有备份",
      detail: "请在此手机上恢复备份，以免丢失其中的内容。",
    },
    "backup-none": {
      title: "没有备份",
      detail: "此恢复帐户没有备份。请确认你登录的是正确的帐户，或手动添加你的帐户。",
    },
    "backup-deleted": {
      title: "你的备份已删除",
      detail: "备份功能已关闭，之前的备份无法找回。请手动添加你的帐户，然后重新打开备份。",
    },
    "confirmation-required": {
      title: "此操作需要确认",
      detail: "此操作无法撤消。所有者同意后，请在地址中发送 confirm，并使用此处指定的值。",
    },
    "version-not-found": {
      title: "找不到此版本的备份",
      detail: "它可能因时间过久而被移除，或已随之前的备份一并移除。请选择其他版本。",
    },
    "version-current": {
      title: "你的备份已经是此版本",
      detail: "没有需要还原的内容。如果这不是你要的版本，请选择其他版本。",
    },
    "trust-required": {
      title: "此手机还不能执行此操作",
      detail: "只有开启过备份或恢复过备份的手机才能执行此操作。请在此手机上恢复备份，或重新开始。",
    },
    "start-anew-required": {
      title: "你的另一部手机仍属于此备份",
      detail: "请在此手机上重新开始：其他手机会收到通知，并适用你设置的等待时间。",
    },
    "token-used-elsewhere": { title: "此登录属于另一部手机", detail: "请在此手机上自行登录。" },
    "version-out-of-reach": {
      title: "该版本早于此手机受信任的时间",
      detail: "请在此手机上恢复该版本：将适用你设置的等待时间。",
    },
    "version-elsewhere": {
      title: "该版本由其他类型的手机或其他 iCloud 帐户创建",
      detail: "请在能打开它的手机上恢复。无法在此处将其设为当前版本。",
    },
    "platform-changed": {
      title: "你的备份是在另一种手机上创建的",
      detail: "一种操作系统的备份不能用于另一种操作系统。你的备份仍会保留。请在此手机上手动添加你的帐户。",
    },
    "storage-account-missing": {
      title: "需要 iCloud",
      detail: "请在此手机上使用备份所用的帐户登录 iCloud，然后重试。",
    },
    "storage-account-mismatch": {
      title: "这不是你备份所用的 iCloud 帐户",
      detail: "请登录创建备份时使用的 iCloud 帐户，然后重试。",
    },
    "storage-account-unexpected": {
      title: "此平台不使用存储帐户",
      detail: "在 Android 上请勿发送存储校验值。",
    },
    "envelope-invalid": {
      title: "加密信封的格式不正确",
      detail: "请发送紧凑格式的 JWE（RFC 7516），且标头成员须与协议所列的完全相同。",
    },
    "envelope-mismatch": {
      title: "加密信封不是为此处创建的",
      detail: "请读取备份状态，并针对此所有者、平台、版本和密钥重新创建加密信封。",
    },
    "overwrite-refused": {
      title: "有一份此手机尚未恢复的备份",
      detail: "现在备份会替换它，因此未做任何更改。请先在此手机上恢复备份。",
    },
    "sharp-drop": {
      title: "此手机缺少你的大部分帐户",
      detail: "为了安全起见，你的备份未被替换。请在此手机上恢复备份，或确认你要替换它。",
    },
    "version-changed": {
      title: "备份在此期间已更改",
      detail: "请查看备份目前的内容，然后重新备份。",
    },
    "backup-frozen": {
      title: "你的备份已冻结",
      detail:
        "你的其中一部手机拒绝了恢复。在冻结结束之前，或在该手机或使用时间更久的手机上解除冻结之前，无法取出备份中的任何内容。",
    },
    "older-phone-required": {
      title: "此操作需要较早开始使用的手机",
      detail: "只有你使用时间更久的手机才能决定。请改用该手机继续。",
    },
    "recovery-key-none": {
      title: "没有可打开此备份的恢复密钥",
      detail: "恢复密钥必须事先在已有备份的手机上设置。请登录创建备份时使用的 iCloud 帐户。",
    },
    "recovery-key-wrong": {
      title: "无法接受此恢复密钥",
      detail: "请确认它是此备份最新的恢复密钥，然后重新输入。",
    },
    "recovery-key-unneeded": {
      title: "此备份不需要恢复密钥",
      detail: "只需使用你的恢复帐户即可打开。你无需进行任何设置。",
    },
    "recovery-key-invalid": {
      title: "无法设置恢复密钥",
      detail: "手机发送的数据不属于此备份。请更新应用，然后重试。",
    },
    "accounts-present": {
      title: "此手机上已经有帐户",
      detail: "请从此手机移除妨碍恢复的帐户，然后重新恢复。你的备份仍会保留。",
    },
    "storage-bound": {
      title: "此备份只能通过 iCloud 打开",
      detail: "目前无法将它移到此手机。请在旧手机上创建不需要 iCloud 的版本，或使用你的恢复密钥。",
    },
    "recovery-not-found": {
      title: "找不到此恢复操作",
      detail: "它可能已经结束，或属于另一部手机。请重新开始恢复。",
    },
    "recovery-waiting": {
      title: "你的恢复正在等待中",
      detail: "你为恢复设置了等待时间。请在你的另一部手机上批准，或在等待时间结束后再回来。",
    },
    "recovery-own": {
      title: "此手机无法对自己的恢复操作做出决定",
      detail: "请在你的另一部手机上批准或拒绝。在此手机上，你可以取消恢复。",
    },
    "recovery-over": {
      title: "此恢复操作已结束",
      detail: "已无法再更改。如有需要，请重新开始恢复。",
    },
    "contact-address-invalid": {
      title: "无法使用此地址或号码",
      detail: "请检查后重新输入：电子邮件地址，或以 + 和国家/地区代码开头的号码，并省去代码后的零。",
    },
    "contact-region-refused": {
      title: "无法向此号码发送短信",
      detail: "请使用其他国家/地区的号码，或使用电子邮件地址。",
    },
    "contact-present": {
      title: "此联系方式已存在",
      detail: "请使用其他地址或号码，或先移除此联系方式。",
    },
    "too-many-contacts": {
      title: "你的联系方式过多",
      detail: "请移除不再使用的联系方式，然后重试。",
    },
    "contact-not-found": {
      title: "找不到此联系方式",
      detail: "它可能已被移除。请查看你的联系方式。",
    },
    "contact-confirmed": {
      title: "此联系方式已确认",
      detail: "无需再进行任何操作。",
    },
    "contact-code-wrong": {
      title: "验证码不正确",
      detail: "请检查发送到此联系方式的最新验证码，然后重新输入。",
    },
    "contact-code-expired": {
      title: "验证码已过期",
      detail: "验证码的有效期为 10 分钟。请重新发送验证码。",
    },
    "contact-code-superseded": {
      title: "已有更新的验证码",
      detail: "请输入最后发送的验证码。",
    },
    "code-sent-recently": {
      title: "刚刚发送过验证码",
      detail: "验证码可能需要一点时间才能送达。请稍候再重新发送。",
    },
    "contact-not-counted": {
      title: "此联系方式目前无法使用",
      detail: "联系方式在确认后 7 天才会生效。请使用其他联系方式，或等待。",
    },
    "push-token-mismatch": {
      title: "此推送令牌不属于这部手机",
      detail: "请发送与这部手机的平台相符的令牌；只有 APNs 有沙盒环境。",
    },
    "code-not-sent": {
      title: "验证码未能发送",
      detail: "请稍后重试，并使用收到的最新验证码。",
    },
    "challenge-not-found": { title: "找不到此验证", detail: "验证可能已结束。请重新开始验证该帐户。" },
    "challenge-over": { title: "此验证已结束", detail: "如果帐户仍需验证，请重新开始。" },
    "challenge-proof-missing": {
      title: "仍需要其他证明",
      detail: "必须先提供列出的所有证明，才会接受帐户的密钥。",
    },
    "proof-not-accepted": {
      title: "这无法验证该帐户",
      detail: "密码无法验证工作或学校帐户，提供方的代码也无法验证个人帐户。",
    },
    "account-not-found": { title: "此恢复中没有这个帐户", detail: "请查看恢复所列的内容。" },
    "account-verified": { title: "此帐户不需要验证", detail: "它已可在此手机上使用。" },
    "account-pending": {
      title: "此帐户正在一次恢复中等待验证",
      detail: "登录无法验证它。请向其组织索取代码。",
    },
    "sign-in-invalid": { title: "帐户的登录无效", detail: "请再次登录该帐户。" },
    "sign-in-mismatch": { title: "登录的是其他帐户", detail: "请登录要验证的那个帐户。" },
    "sign-in-stale": { title: "这不是新的登录", detail: "请现在使用密码再次登录该帐户。" },
    "second-factor-missing": {
      title: "登录缺少第二个验证因素",
      detail: "请使用第二个验证因素登录该帐户，或向其组织索取代码。",
    },
    "sends-spent": { title: "此验证不会再发送任何内容", detail: "请重新开始验证该帐户。" },
    "activation-code-wrong": {
      title: "此代码不适用于这个帐户",
      detail: "请检查后重新输入，或向帐户的组织索取新的代码。",
    },
    "activation-code-used": { title: "此代码已使用过", detail: "请向帐户的组织索取新的代码。" },
    "activation-code-expired": { title: "此代码已过期", detail: "请向帐户的组织索取新的代码。" },
    "activation-code-cancelled": { title: "此代码已取消", detail: "请向帐户的组织索取新的代码。" },
    "activation-code-superseded": { title: "已有较新的代码", detail: "请使用页面当前显示的代码。" },
    "credential-key-refused": {
      title: "无法使用此帐户密钥",
      detail: "应用必须为每个帐户创建独立的 P-256 密钥，且不得与手机的密钥相同。",
    },
    "credential-key-reused": {
      title: "此帐户密钥已使用过",
      detail: "应用必须为每个帐户和每次验证创建新的密钥。",
    },
    "push-token-missing": { title: "此手机无法接收通知", detail: "请允许应用发送通知，然后重试。" },
    "push-not-sent": { title: "无法发送通知", detail: "请稍后重试，并确认已允许应用发送通知。" },
    "push-sent-recently": { title: "刚刚已发送通知", detail: "请响应该通知，或稍候再发送。" },
    "push-expired": { title: "没有可响应的通知", detail: "通知未及时响应，或尚未发送。请重新发送。" },
    "push-superseded": { title: "已有较新的通知", detail: "请响应最后收到的通知。" },
    "push-answer-invalid": {
      title: "通知的响应无效",
      detail: "应用必须使用帐户的新密钥对通知所带的内容签名。",
    },
    "push-number-wrong": { title: "这不是页面上的数字", detail: "验证已结束。请重新开始验证该帐户。" },
    "activation-not-found": {
      title: "没有此激活",
      detail: "你的组织未以此标识发出激活，或该激活已不再保留。",
    },
    "activation-not-open": { title: "此激活已不再开放", detail: "它已使用、已结束或已取消，详见其状态。" },
    "too-many-activations": {
      title: "此用户有太多未使用的代码",
      detail: "请取消其中一个，或等到其中一个已使用或已过期。",
    },
    "credential-not-found": { title: "没有此凭据", detail: "你的组织没有以此标识验证的帐户。" },
    "issuer-refused": { title: "你不能验证此颁发者的帐户", detail: "请指定已为你的组织设置的颁发者。" },
    "codes-locked": {
      title: "错误的一次性代码太多",
      detail: "在所示时间之前，不会检查此帐户的任何代码。请让用户以其他方式登录。",
    },
    "codes-closed": {
      title: "此帐户的一次性代码已关闭",
      detail: "连续出现太多错误代码。用户的手机重新通过验证后才会再次接受。",
    },
    "store-unavailable": {
      title: "服务目前不可用",
      detail: "你的数据没有丢失。请稍后重试。",
    },
    "keys-unavailable": {
      title: "服务目前不可用",
      detail: "你的数据没有丢失。请稍后重试。",
    },
    "key-unusable": {
      title: "目前无法打开你的备份",
      detail: "你的备份仍会保留。请联系支持人员，并提供此消息的编号。",
    },
    "data-unreadable": {
      title: "目前无法读取你的数据",
      detail: "你的数据仍会保留，且未做任何更改。请联系支持人员，并提供此消息的编号。",
    },
    "sign-in-unavailable": {
      title: "目前无法检查你的登录",
      detail: "你的数据没有丢失。请稍后重试。",
    },
    "too-many-requests": {
      title: "此手机发送的请求过多",
      detail: "应用一次请求过多。请稍后重试。",
    },
    busy: {
      title: "你的备份正在进行其他更改",
      detail: "请稍后重试。",
    },
    "not-ready": {
      title: "服务尚未就绪",
      detail: "请稍后重试。",
    },
    "not-configured": {
      title: "服务尚未设置完成",
      detail: "没有任何更改。请稍后重试。",
    },
    internal: {
      title: "我们的服务出现问题",
      detail: "请联系支持人员，并提供此消息的编号。",
    },
  },
  remedies: {
    "check-code": "请检查代码，并输入最新的一组。",
    "check-contact": "请检查地址或号码，然后重新输入。",
    "refresh-contacts": "请查看你当前的联系方式。",
    "remove-a-contact": "请移除不再使用的联系方式。",
    "send-code-again": "请重新发送验证码。",
    "use-another-contact": "请使用其他地址或号码。",
    "change-password": "请更改恢复帐户的密码，以免他人继续操作。",
    "recover-or-start-anew": "请在此手机上恢复备份，或重新开始。",
    "start-anew": "请从此手机开始新的备份。原有内容会保留 30 天。",
    wait: "请等到所示时间。",
    "ask-for-role": "请申请所列的应用角色。",
    "use-operator-token": "请使用运营人员的令牌。",
    "use-provider-token": "请使用帐户提供方的令牌。",
    "allow-notifications": "请允许应用发送通知。",
    "answer-latest-push": "请响应最后收到的通知。",
    "ask-provider": "请向帐户的组织索取新的代码。",
    "begin-again": "请重新开始验证该帐户。",
    "give-proof": "请提供列出的证明。",
    "make-new-key": "请重试，应用会创建新的密钥。",
    "send-push-again": "请重新发送通知。",
    "sign-in-to-account": "请登录要验证的帐户。",
    "use-another-way": "请让用户以其他方式登录。",
    "issue-another-code": "请发出另一个代码，让用户用它验证帐户。",
    "add-accounts-by-hand": "请在此手机上手动添加你的帐户。",
    "approve-on-another-phone": "请在你的另一部手机上批准恢复，或等到等待时间结束。",
    "check-recovery-key": "请检查恢复密钥，然后重新输入。",
    "contact-support": "请联系支持人员，并提供此消息的编号。",
    "fix-request": "请更新应用，然后重试。如果问题仍未解决，请联系支持人员。",
    "lift-freeze": "请在你使用最久的手机上解除冻结。",
    "make-new-proof": "请重试。如果问题仍未解决，请确认手机的时间正确。",
    "recover-first": "请先在此手机上恢复你的备份。",
    "refresh-status": "请查看备份目前的内容，然后重试。",
    "remove-accounts": "请从此手机移除妨碍恢复的帐户，然后重新恢复。",
    "register-device": "请使用恢复帐户注册此手机。",
    "retry-later": "请稍后重试。",
    "revoke-a-device": "请移除不再使用的手机。",
    "sign-in": "请使用恢复帐户登录。",
    "sign-in-again": "请重新登录，以确认是你本人。",
    "sign-in-to-storage-account": "请在此手机上登录 iCloud。",
    "turn-backup-on": "请在应用中打开备份。",
    "update-app": "请将应用更新到最新版本。",
    "use-older-phone": "请改用你使用时间更久的手机继续。",
    "use-original-phone": "请改用创建备份的手机继续。",
    "use-original-storage-account": "请登录创建备份时使用的 iCloud 帐户。",
    "use-personal-account": "请使用个人帐户登录。",
  },
};
