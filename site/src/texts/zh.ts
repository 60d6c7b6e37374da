import { pluralOf, type Texts } from "./texts.ts";

const plural = pluralOf("zh-CN");
const services = (n: number) => plural(n, { other: "个服务" });
const checks = (n: number) => plural(n, { other: "次检查" });

export const zh: Texts = {
  locale: "zh-CN",
  lang: "zh-Hans",
  verdicts: {
    operational: "正常",
    degraded: "性能下降",
    down: "故障",
    maintenance: "维护中",
    unknown: "未知",
  },
  switchedOff: "已停用",
  outcomes: { pass: "通过", warn: "警告", fail: "失败", unknown: "未知", missing: "未报告" },
  severities: { down: "故障", degraded: "性能下降", notice: "通知" },
  statuses: { investigating: "调查中", identified: "已查明原因", monitoring: "观察中", resolved: "已解决" },
  phases: { scheduled: "已公告", in_progress: "进行中", completed: "已完成" },
  types: { api: "接口", data: "数据", integration: "集成", utility: "工具" },
  banner(verdict, n, total) {
    if (total === 0) return "尚未监控任何服务";
    if (verdict === "operational") return total === 1 ? "服务运行正常" : "所有服务运行正常";
    if (verdict === "unknown" && n === total) return "正在等待结果";
    const who = n === total ? (n === 1 ? "服务" : `全部 ${services(n)}`) : `${services(total)}中有 ${n} 个`;
    return `${who}${{ down: "发生故障", degraded: "性能下降", maintenance: "正在维护", unknown: "没有最近的结果" }[verdict]}`;
  },
  because(because, { latency, duration }) {
    switch (because.is) {
      case "declared-maintenance":
        return "按声明处于维护中。";
      case "announced-maintenance":
        return "按公告处于维护中。";
      case "switched-off":
        return "按声明已停用。";
      case "never-checked":
        return "尚未检查。";
      case "stale":
        return `上次检查在${duration(because.ageMs)}前，时间过久，无法判断现状。`;
      case "not-checkable":
        return `无法检查：${because.reason}。`;
      case "failing":
        return because.inRow === 1
          ? `最近一次检查失败：${because.reason}。`
          : `连续 ${checks(because.inRow)}失败：${because.reason}。`;
      case "failed":
        return `最近一次检查失败（${because.reason}）；连续 ${because.inRow}/${because.of} 次，达到后才计入。`;
      case "answering-again":
        return `已恢复响应；连续 ${because.inRow}/${because.of} 次，达到后才视为正常。`;
      case "ailing":
        return `有响应，但状况不佳：${because.reason}。`;
      case "ailed":
        return `有响应，但状况不佳（${because.reason}）；连续 ${because.inRow}/${because.of} 次，达到后才计入。`;
      case "well-again":
        return `响应已恢复良好；连续 ${because.inRow}/${because.of} 次，达到后才计入。`;
      case "answering":
        return because.latencyMs === undefined ? "有响应。" : `响应时间 ${latency(because.latencyMs)}。`;
    }
  },
  counted: {
    services,
    checks,
    days: (n) => plural(n, { other: "天" }),
    answers: (n) => plural(n, { other: "次响应" }),
    stretches: (n) => plural(n, { other: "段" }),
  },
  moment: (time, date) => (date === null ? `${time} UTC` : `${date} ${time} UTC`),
  share: (part, whole) => `${part} / ${whole}`,
  page: {
    skip: "跳到正文",
    navigation: "页面",
    status: "状态",
    incidents: "事件",
    maintenance: "维护",
    dependencies: "依赖关系",
    deployments: "部署",
    about: "数据说明",
    aboutShort: "说明",
    subscribe: "订阅",
    calendar: "日历",
    links: "链接",
    builtAt: (moment) => `生成于 ${moment}。`,
    timesAreUtc: "所有时间均为 UTC。",
    madeWith: "由 Fairlead 生成",
    dataFrom: (moment, every) => `数据时间 ${moment}，每 ${every}检查一次`,
    noData: "尚无数据：还没有进行过检查。",
    breadcrumb: "当前位置",
  },
  overview: {
    nothingDeclared: "尚未声明任何服务。",
    openIncidents: "未解决的事件",
    maintenanceNow: "维护",
    recent: "最近 14 天",
    noneRecent: "最近 14 天没有事件。",
    all: "全部事件",
    uptime: "可用率",
    medianLatency: "响应时间中位数",
    howToRead: "如何阅读本页",
    reading:
      "每一条代表最近 90 天中的一天；打开某个服务可查看每天的详情。可用率是已知时间中服务有响应的比例。线条旁的数字是最近 24 小时响应时间的中位数。",
    known: (share) => `已知 ${share}`,
    knownDays: (known, all) => `${known} / ${all}`,
    barsNothing: (days) => `最近 ${days}：尚无结果`,
    bars: (days, parts) => `最近 ${days}：${parts}`,
    barsWithout: (days) => `${days}无结果`,
    barsPart: (days, verdict) => `${days}${verdict}`,
  },
  legend: {
    operational: "一切正常",
    degraded: "缓慢或偶有失败",
    down: "失败",
    maintenance: "已公告的工作",
    unknown: "没有结果",
  },
  service: {
    all: "全部服务",
    now: "当前",
    keptBy: (owner) => `由 ${owner} 负责`,
    lastDays: (n) => `最近 ${n} 天`,
    noResults: "尚无结果",
    up: (percent) => `可用率 ${percent}`,
    dayByDay: "逐日",
    pickADay: "选择一天查看当天数据；可用方向键逐日移动。",
    noResultsThatDay: "没有结果",
    passed: (passed, actual) => `${actual} 次检查中通过 ${passed} 次`,
    slow: (n) => `其中 ${n} 次缓慢或带警告`,
    due: (expected, missing) => `应检查 ${expected} 次${missing === null ? "" : `，未执行 ${missing} 次`}`,
    timeKnown: "已知",
    timeUnknown: "未知",
    timeDown: "故障",
    timeDegraded: "性能下降",
    timeMaintenance: "维护中",
    responseTime: "响应时间",
    period: "时段",
    median: "中位数",
    p95: "第 95 百分位",
    p99: "第 99 百分位",
    answers: "响应数",
    lastHours: (n) => `最近 ${n}`,
    chart: (of, median, p95, p99) => `最近 ${of}的响应时间：中位数 ${median}，第 95 百分位 ${p95}，第 99 百分位 ${p99}`,
    newest: (of) => `${of}，从旧到新`,
    strokes: "从底部升起的竖线表示一次失败的检查。",
    notMeasured: "最近 24 小时没有测得响应。",
    namedChecks: "命名检查",
    conditions: "条件",
    held: "满足",
    missed: "未满足",
    notChecked: "未检查",
    latestChecks: "最近的检查",
    noCheck: "尚未进行检查。",
    time: "时间 (UTC)",
    outcome: "结果",
    status: "状态码",
    response: "响应",
    keptHere: (shown, all, failed) =>
      `此处保留 ${all} 次，显示最近 ${shown} 次${failed === null ? "" : `；其余中 ${failed}未通过`}。`,
    endpoints: "端点",
    needs: "依赖",
    neededBy: "被依赖",
    noOther: "没有其他服务。",
    releases: "版本",
    release: "版本",
    made: "创建时间",
    commit: "提交",
    workingFolder: "工作目录",
    incidentsOfDays: "事件",
    noIncidents: "没有事件记录。",
    follow: "关注此服务",
    badge: "徽章",
    badgeSnippet: "用于 README 的 Markdown",
    configuration: "配置",
    general: "常规",
    notEnforced: "已声明但尚未生效：",
    notEnforcedYet: "尚未生效",
    objective: "服务等级目标",
    availability: "可用率",
    budget: "错误预算",
    budgetLeft: "剩余",
    budgetSpent: "已用",
    burnRate: "消耗速率",
    burning: "预算正在快速消耗。",
    latencyGoal: "响应时间",
    within: (window) => `${window}内`,
    month: "月份",
    kept: "达成",
    broken: "未达成",
    running: "进行中",
  },
  incidents: {
    title: "事件",
    open: "当前未解决",
    noneOpen: "没有未解决的事件。",
    past: "过往事件",
    none: "没有事件记录。",
    noneIn: (month) => `${month}没有事件。`,
    goesOn: "持续中",
    since: (moment) => `自 ${moment} 起`,
    lasted: "持续时间",
    soFar: "至今",
    affected: "受影响",
    began: "开始",
    ended: "结束",
    severity: "严重程度",
    stretches: "确切时长",
    stretch: "时段",
    duration: "时长",
    sum: "合计",
    updates: "进展",
    postmortem: "事后回顾：发生了什么，学到了什么",
    automatic: "由检查自动开启和关闭。",
    written: "由人工撰写。",
    olderMonth: "更早",
    newerMonth: "更晚",
    byMonth: "按月份",
    all: "全部事件",
    permanent: "永久链接",
    automaticTitle: (name, severity, isOpen) =>
      `${name} ${isOpen ? "" : "曾"}${{ down: "发生故障", degraded: "性能下降" }[severity]}`,
    says: {
      down: "服务发生故障",
      "down-again": "服务再次发生故障",
      degraded: "服务有响应，但不正常",
      "degraded-again": "服务的响应再次不正常",
      worse: "情况恶化，服务现已发生故障",
      better: "情况好转，服务有响应，但仍不正常",
      unconfirmed: "后续结果未能证实",
      unwatched: "该服务已不再受监测",
    },
    sentence: (clause, reason) => `${clause}${reason === null ? "" : `：${reason}`}。`,
    recovered: (lasted, stretches) =>
      stretches === null ? `${lasted}后，服务恢复正常。` : `服务已恢复正常。问题累计持续 ${lasted}，共 ${stretches}。`,
  },
  maintenance: {
    title: "维护",
    running: "进行中",
    coming: "即将进行",
    past: "过往",
    none: "没有维护公告。",
    noneComing: "没有公告。",
    everything: "全部服务",
    repeats: "重复",
    every: { DAILY: "每天", WEEKLY: "每周", MONTHLY: "每月", YEARLY: "每年" },
    subscribe: "订阅日历",
    span: (from, to, length) => `${from} 至 ${to}（${length}）`,
    meaning: "维护窗口内的时间既不计入也不扣减服务的可用率。",
  },
  dependencies: {
    title: "依赖关系",
    lead: "谁依赖谁。连线从服务指向其右侧所依赖的服务；指向有问题的服务的连线会突出显示。",
    map: "图",
    list: "列表",
    alone: "不依赖其他服务，也不被依赖",
    nothing: "没有服务声明依赖其他服务。",
  },
  deployments: {
    title: "部署",
    lead: "保留的版本，最新的在前。",
    nothing: "尚未创建版本。",
    outcomes: { serving: "服务中", replaced: "未启用", held: "已回滚", rolling: "正在发布" },
    because: (reason) => `原因：${reason}`,
  },
  missing: { title: "没有这个页面", says: "该服务可能已改名或移除。", seeAll: "查看全部服务" },
  about: {
    title: "数据是如何得出的",
    lead: "本站的每个数字都可以用保存在 Git 中并随站点发布的计数重新算出。",
    sections: [
      {
        title: "检查什么",
        says: [
          "每个服务都按其页面标明的间隔，通过它所用的协议反复接受检查。响应及时且满足服务声明的所有条件即为通过；响应缓慢或自身报告警告即为警告；其余均为失败。",
        ],
      },
      {
        title: "先确认，再计入",
        says: [
          "一次失败不等于故障。只有连续多次失败（除非服务另有规定，为三次）才视为故障，并从第一次失败算起。连续通过服务所声明的次数后恢复正常，从其中第一次算起。缓慢的检查以同样方式使服务变为性能下降。",
        ],
      },
      {
        title: "已知与未知时间",
        says: [
          "一次检查代表到下一次应检查之时为止的时间。检查没有执行，或检查方自身没有网络时，该时间为未知：既不算正常也不算故障，其比例显示在可用率旁边。",
        ],
      },
      {
        title: "可用率",
        says: [
          "可用率等于正常与性能下降的时间除以正常、性能下降与故障的时间。百分比向下取整，因此 100% 表示一秒都不缺。没有已知时间就没有数字。",
        ],
      },
      { title: "维护", says: ["已公告的维护窗口内的时间既不计入也不扣减，并单独显示。"] },
      {
        title: "响应时间",
        says: [
          "百分位数取自该时段全部响应的摘要，误差不超过 2%：一半的响应快于中位数，100 个中有 95 个快于第 95 百分位。",
        ],
      },
      {
        title: "保存什么，保存多久",
        says: [
          "除非运营者另有选择，单次检查保存 48 小时，按小时的计数保存 90 天，按天的计数保存 400 天，按月的计数永久保存。保存的是秒数和次数，从不保存百分比。",
        ],
      },
      {
        title: "自行核对",
        says: [
          "在仓库的克隆中运行 {verify}，并用 --site 指定已构建站点的文件夹，会重新核算 data.json 中的数字：每日统计、可用率、百分位数和服务目标依据保存的内容，横幅依据各服务的状态，事件时长依据其各个时段；并指出不一致之处。data.json 写明它所依据的历史提交，除非它是在监测过程中生成的。页面和徽章由同样的数据生成，不在核对之列。",
        ],
      },
    ],
    machines: "供程序使用",
    machinesSay: "同样的内容，供订阅阅读器、日历和监控使用：",
    files: {
      data: "本站显示的全部内容（JSON）",
      health: "整体状况（application/health+json）",
      summary: "Statuspage API 第 2 版的形式",
      rss: "事件与维护（RSS）",
      atom: "同上（Atom）",
      calendar: "维护日历",
      badge: "状态徽章",
      sitemap: "全部页面",
    },
  },
};
