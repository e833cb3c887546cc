// Generated from openapi/ by 'npm run generate'. Do not edit.

export interface paths {
    "/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is to the broker */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the password
         * @description The present password comes with the request, as HTTP Basic. No other credentials will do. All access tokens of the
         *     account are revoked, unless `keepTokens` says otherwise.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The access tokens that are not revoked, newest first */
        get: operations["listAccessTokens"];
        put?: never;
        /**
         * Make an access token for a script
         * @description A token is used as `Authorization: Bearer …` and may do what its owner may, but make other tokens and change the password.
         */
        post: operations["createAccessToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/tokens/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an access token */
        delete: operations["revokeAccessToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done with rights that others do not have, newest first */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts, in the order in which they were made */
        get: operations["listIdentities"];
        put?: never;
        /**
         * Make an account of this broker
         * @description When there is no `username` or `password`, or the name is taken, the problem document says so in a member `error` as
         *     well, in the words of the prototype of the standard.
         */
        post: operations["createIdentity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/identities/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /** One account */
        get: operations["getIdentity"];
        put?: never;
        /**
         * Change an account
         * @description The last administrator stays one.
         */
        post: operations["updateIdentity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/maintenance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When pools have less than usual */
        get: operations["listMaintenance"];
        put?: never;
        /**
         * Take capacity out of a platform or a pool for a time
         * @description Nothing is offered in that time beyond what is left, in any process. Where more is promised in it already, the answer is 409
         *     with what is in the way, and nothing is changed; with `force` the open offers among that are withdrawn, and what was
         *     accepted is kept and runs as promised.
         */
        post: operations["maintain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/maintenance/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a window of maintenance before its time
         * @description Also one that has begun: what it kept back can be offered from now on.
         */
        delete: operations["endMaintenance"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/motd": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The message of the day
         * @description Everybody finds it in `GET /account` and among the notes of `GET /availability`.
         */
        get: operations["getMotd"];
        put?: never;
        /**
         * Say something to everybody
         * @description In the place of what was said before.
         */
        post: operations["setMotd"];
        /** Say nothing any more */
        delete: operations["clearMotd"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The pools of this broker */
        get: operations["listPools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/pools/{name}/drain": {
        parameters: {
            query?: {
                /** @description The platform of the pool; needed when several have one of that name. */
                platform?: string;
            };
            header?: never;
            path: {
                /** @description The name of the pool. */
                name: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let nothing new into a pool
         * @description Nothing is offered in it any more, in every process within a second. What was offered and accepted before is kept.
         */
        post: operations["drainPool"];
        /** Let new work into a pool again */
        delete: operations["openPool"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/pools/{name}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the pool. */
                name: string;
            };
            cookie?: never;
        };
        /** How much of a pool is booked over a time */
        get: operations["getPoolTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The quotas, and who uses how much of them */
        get: operations["listQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/work": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the broker has parked, the oldest first
         * @description Work on an execution that failed again and again, or at which processes of the broker ended again and again, is laid
         *     aside, so that it does not go on for ever. Nothing is done for the execution until somebody asks for another try, or
         *     its owner cancels it; what it holds stays held.
         */
        get: operations["listWork"];
        put?: never;
        /**
         * Try again what was parked
         * @description The work is taken up at once, as if it had never failed. Nothing changes for an execution of which nothing was laid
         *     aside.
         */
        post: operations["retryWork"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the service is available, for the Virtual Observatory
         * @description A VOSI availability document. Nobody has to say who they are to read it.
         */
        get: operations["getAvailability"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the service does, for the Virtual Observatory
         * @description A VOSI capabilities document. Nobody has to say who they are to read it.
         */
        get: operations["getCapabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/compute/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One compute resource of an execution
         * @description What the execution says of this component; its `meta.url` leads here.
         */
        get: operations["getCompute"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/data/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One data resource of an execution
         * @description What the execution says of this component; its `meta.url` leads here.
         */
        get: operations["getData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/data/{uuid}/kept": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * A result that could not be saved
         * @description The UUID is that of the data resource. What could not be saved is kept on the platform for a while; the message
         *     `results-kept` of the data says until when. It is fetched as it is, by whoever may read the execution.
         */
        get: operations["getKeptResult"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/direct": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run directly, in the spelling of the published schema
         * @description As `POST /executions`, with an execution in the spelling of the published schema.
         */
        post: operations["createSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This contract as a page to read */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executables/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One executable of an execution
         * @description What the execution says of this component; its `meta.url` leads here.
         */
        get: operations["getExecutable"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's executions, newest first */
        get: operations["listExecutions"];
        put?: never;
        /**
         * Run directly
         * @description Asks for offers, takes the earliest and accepts it, all in one. When it is refused the status is 400 and the body
         *     is an execution in phase FAILED whose messages say why; it is not stored.
         */
        post: operations["createExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One execution
         * @description With `WAIT` the answer is held back until the execution leaves the phase it is in (or the phase named by `PHASE`),
         *     reaches a terminal phase, or the seconds are over. `-1` waits as long as the server allows.
         */
        get: operations["getExecution"];
        put?: never;
        /**
         * Accept, reject, cancel or change
         * @description One update. What is possible now is listed in `meta.options`, with the values that there is room for; anything else
         *     is 409 or 422, names the field, and changes nothing. Of updates that race for the same, one wins; the others are
         *     409 with the present phase. A phase that is there already is no conflict, so that a client whose answer was lost can ask
         *     again: what was accepted stays so and is answered as it is now.
         *
         *     | Path                          | Kind of update              | When                                          |
         *     | ----------------------------- | --------------------------- | --------------------------------------------- |
         *     | `phase`                       | `uri:enum-value-update`     | as the lifecycle allows; RELEASING says "I am done" |
         *     | `schedule/available/duration` | `uri:integer-delta-update`, in seconds | ACCEPTED to AVAILABLE              |
         *     | `compute/cores`               | `uri:integer-value-update`  | before PREPARING                              |
         *     | `compute/memory`              | `uri:integer-value-update`, in GiB | before PREPARING                       |
         *     | `meta/name`, `meta/description` | `uri:string-value-update` | always                                        |
         *
         *     More of something needs room in the pool, and the policies and quotas of the site have to allow it as if it were
         *     accepted anew. Less of something is free for others at once. The quoted costs follow.
         */
        post: operations["updateExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{uuid}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * Every change of phase and every message, as they come
         * @description Server-sent events. `phase` events carry `{component, family, phase, event, time}` (no component for the execution
         *     itself), `message` events a message with its component. The stream ends when nothing more can come.
         */
        get: operations["getExecutionEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests can be served */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What operators watch
         * @description Counters and gauges in the text format of Prometheus.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/offersets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's offer sets, newest first */
        get: operations["listOfferSets"];
        put?: never;
        /**
         * Ask for offers
         * @description The answer is YES with offers or NO with messages that say why; NO is not an error. The status is 303 and
         *     `Location` leads to the offer set, which is also the body. With `Prefer: return=representation` the status is 200
         *     and `Content-Location` names it. Every offer meets the minimum of what was asked for and holds its resources until
         *     it expires.
         */
        post: operations["createOfferSet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/offersets/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One offer set with its offers
         * @description The offers are in the spelling in which they were asked for.
         */
        get: operations["getOfferSet"];
        put?: never;
        /**
         * Reject or cancel all of it, or accept one of its offers
         * @description An `uri:enum-value-update` of path `phase` with value `REJECTED` rejects every open offer of the set; with value
         *     `CANCELLED` it cancels them, or the execution that one of them has become. An
         *     `uri:string-value-update` of path `accepted` with the UUID of an offer accepts that offer.
         */
        post: operations["updateOfferSet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/offersets/{uuid}/sharing": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /** The groups that an offer set is shown to */
        get: operations["getSharing"];
        put?: never;
        /**
         * Show an offer set to groups, or to none any more
         * @description Members of the groups can read the offer set, its offers and the execution that becomes of one of them, with its
         *     output; they can change nothing. The groups take the place of those before. Only the owner, and administrators, say
         *     so.
         */
        post: operations["share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This contract as JSON */
        get: operations["getOpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This contract as YAML */
        get: operations["getOpenapiYaml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for offers, in the spelling of the published schema
         * @description As `POST /offersets`. The offers are executions in the spelling of the published schema, and their URLs begin with
         *     `/sessions`.
         */
        post: operations["createRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's executions, newest first, in the spelling of the published schema */
        get: operations["listSessions"];
        put?: never;
        /**
         * Run directly, where an earlier published schema had it
         * @deprecated
         * @description As `POST /direct`.
         */
        post: operations["createSessionAtSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One execution, in the spelling of the published schema
         * @description With `WAIT` the answer is held back until the execution leaves the phase it is in (or the phase named by `PHASE`),
         *     reaches a terminal phase, or the seconds are over. `-1` waits as long as the server allows.
         */
        get: operations["getSession"];
        put?: never;
        /**
         * Accept, reject, cancel or change, in the spelling of the published schema
         * @description One update. What is possible now is listed in `meta.options`, with the values that there is room for; anything else
         *     is 409 or 422, names the field, and changes nothing. Of updates that race for the same, one wins; the others are
         *     409 with the present phase. A phase that is there already is no conflict, so that a client whose answer was lost can ask
         *     again: what was accepted stays so and is answered as it is now.
         *
         *     | Path                          | Kind of update              | When                                          |
         *     | ----------------------------- | --------------------------- | --------------------------------------------- |
         *     | `phase`                       | `uri:enum-value-update`     | as the lifecycle allows; RELEASING says "I am done" |
         *     | `schedule/available/duration` | `uri:integer-delta-update`, in seconds | ACCEPTED to AVAILABLE              |
         *     | `compute/cores`               | `uri:integer-value-update`  | before PREPARING                              |
         *     | `compute/memory`              | `uri:integer-value-update`, in GiB | before PREPARING                       |
         *     | `meta/name`, `meta/description` | `uri:string-value-update` | always                                        |
         *
         *     More of something needs room in the pool, and the policies and quotas of the site have to allow it as if it were
         *     accepted anew. Less of something is free for others at once. The quoted costs follow.
         */
        post: operations["updateSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/storage/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One storage resource of an execution
         * @description What the execution says of this component; its `meta.url` leads here.
         */
        get: operations["getStorage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/streams/{uuid}/{stream}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which of the two outputs. */
                stream: components["parameters"]["stream"];
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * What the program wrote
         * @description The UUID is that of the execution. With `follow=true` the answer goes on until the program has ended.
         */
        get: operations["getStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/volumes/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One volume mount of an execution
         * @description What the execution says of this component; its `meta.url` leads here.
         */
        get: operations["getVolume"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A cost without a number, as a template has it where somebody has yet to fill one in. It limits nothing. */
        AbstractCostItem: {
            /** @description What is counted, and in which unit. */
            description?: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/costs/abstract-cost-item.yaml";
            type?: components["schemas"]["CostType"];
        };
        /** @description A metric without a number, as a template has it where somebody has yet to fill one in. It limits nothing. */
        AbstractMetricItem: {
            /** @description What is measured, and in which unit. */
            description?: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/metrics/abstract-metric-item.yaml";
            type?: components["schemas"]["MetricType"];
        };
        /** @description Processors beside the cores, such as GPUs. At least `min`, never more than `max`. */
        Accelerators: {
            /**
             * Format: int64
             * @description The most that is wanted.
             */
            max?: number;
            /**
             * Format: int64
             * @description The least that will do.
             */
            min?: number;
            /** @description Which kind is wanted, as the platform names it. */
            type?: string;
        };
        AccessToken: {
            created: components["schemas"]["Instant"];
            expires?: components["schemas"]["Instant"];
            /** @description When it was used last, to the minute. */
            lastUsed?: components["schemas"]["Instant"];
            name: string;
            /** @description The token itself, in the answer that made it and never again. */
            readonly token?: string;
            /** Format: uuid */
            uuid: string;
        };
        AccessTokenList: {
            tokens?: components["schemas"]["AccessToken"][];
        };
        AccessTokenRequest: {
            /** @description How long it is good, as an ISO 8601 duration such as P90D; as long as the site allows when missing. */
            duration?: string;
            /** @description What it is for, for whoever reads the list. */
            name: string;
        };
        /** @description The caller, as the broker knows it. */
        Account: {
            displayName?: string;
            groups?: components["schemas"]["Group"][];
            /** @description Who vouches for the caller; missing for an account of this broker. */
            issuer?: string;
            /**
             * @description By which kind of credentials the caller is known.
             * @enum {string}
             */
            means: "open" | "password" | "access-token" | "oidc" | "introspection" | "certificate";
            /** @description What the site has to say to everybody now. */
            motd?: string;
            /** @description Nothing else is possible until `POST /account/password` was called. */
            mustChangePassword?: boolean;
            /** @description The quotas of the caller, and what is used of them; missing where there are none. */
            quotas?: components["schemas"]["QuotaUse"][];
            roles?: components["schemas"]["Role"][];
            /**
             * @description The name by which everybody knows the user: `ada`, or `ada@sso` for a user of another source; missing in the open
             *     mode of a broker on one's own machine.
             */
            username?: string;
            /** @description What the caller's executions belong to. */
            uuid?: string;
        };
        AuditEntry: {
            action: string;
            /** @description The UUID of the account at that time. */
            actor?: string;
            actorName?: string;
            /** @description From where. */
            address: string;
            /** @description What else is of interest, as JSON. */
            detail?: string;
            number: number;
            /** @enum {string} */
            outcome: "done" | "refused";
            target?: string;
            time: components["schemas"]["Instant"];
        };
        AuditLog: {
            entries?: components["schemas"]["AuditEntry"][];
        };
        /** @description A checksum of the data. */
        Checksum: {
            /** @description How it is computed, such as `adler32` or `md5`. */
            type?: string;
            /** @description What it is. */
            value?: string;
        };
        /** @description What is said about a component. */
        ComponentMetadata: {
            /** @description When it was made. */
            readonly created?: components["schemas"]["Instant"];
            /** @description A description that the client chose. */
            description?: string;
            /** @description What the broker has to say about it, oldest first. */
            readonly messages?: components["schemas"]["MessageItem"][];
            /** @description When it was last changed. */
            readonly modified?: components["schemas"]["Instant"];
            /** @description A name that the client chose; offers of a request without one have one that is made from what is run. */
            name?: string;
            /** @description Which updates are possible now, for this caller. */
            readonly options?: components["schemas"]["Option"][];
            /**
             * Format: uri
             * @description Where the component is found.
             */
            readonly url?: string;
            /**
             * @description In an answer, the identifier of the component. In a request, any word that other parts of the same request use
             *     to refer to this one.
             */
            uuid?: string;
        };
        /** @description What the program runs on. */
        ComputeResource: components["schemas"]["SimpleComputeResource"];
        /** @description A way to reach the program while it runs. There is one for each port of the executable but those with `access` false, in their order. */
        Connector: {
            /** @description What it is for, as the `purpose` of its port says. */
            kind?: string;
            /**
             * @description Where it is, as a URL, while the status is AVAILABLE.
             * @example http://jobs.example.org:32768/lab
             * @example tcp://127.0.0.1:32769
             */
            location?: string;
            /** @description What is spoken there: UDP, TCP, HTTP or HTTPS. */
            protocol?: string;
            status?: components["schemas"]["ConnectorStatus"];
        };
        /**
         * @description Whether a connector can be used yet (PREPARING, up to the start), now (AVAILABLE), or not any more (FINISHED).
         * @enum {string}
         */
        ConnectorStatus: "PREPARING" | "AVAILABLE" | "FINISHED";
        /** @description An OCI image. */
        ContainerImage: {
            /**
             * @description The digest of the image at its registry, or the id of an image on the platform: `sha256:` and 64 hexadecimal digits.
             *     Where it is something else, the answer is NO.
             */
            digest?: string;
            /** @description References to the image, such as `registry.example/project/name:tag`, tried in their order. */
            locations?: string[];
            platform?: components["schemas"]["ImagePlatform"];
        };
        /** @description How the container is reached. */
        ContainerNetwork: {
            /** @description The ports that the client wants to reach. Where each is while the program runs, the connectors of the execution say. */
            ports?: components["schemas"]["ContainerPort"][];
        };
        /** @description One port of a container. */
        ContainerPort: {
            /**
             * @description Whether the connectors of the execution list the port.
             * @default true
             */
            access?: boolean;
            external?: components["schemas"]["ExternalPort"];
            internal?: components["schemas"]["InternalPort"];
            /** @description For HTTP and HTTPS, the path to begin at. */
            path?: string;
            /**
             * @description What is spoken there: UDP, TCP, HTTP or HTTPS, in capitals or not; TCP when left out. For another word, the answer
             *     is NO.
             * @example HTTP
             */
            protocol?: string;
            /**
             * @description What the port is for; the `kind` of its connector.
             * @example desktop
             */
            purpose?: string;
        };
        /** @description One cost. Several are limits that all hold. */
        CostItem: components["schemas"]["SimpleMinMaxFloatCost"] | components["schemas"]["AbstractCostItem"];
        /**
         * @description What the cost is of, such as `urn:ivoa:calycopis:cost:monetary`, `…:energy` or `…:carbon`.
         * @example urn:ivoa:calycopis:cost:energy
         */
        CostType: string;
        /**
         * @description Whether an identifier is of one file, of files, or of datasets.
         * @enum {string}
         */
        DataIdentifierType: "FILE" | "CONTAINER" | "DATASET";
        /** @description One row of a DataLink document. */
        DatalinkBlock: {
            /** @description Where the data are. */
            access_url?: string;
            /**
             * Format: int64
             * @description How many bytes they have.
             */
            content_length?: number;
            /** @description What kind of data product they are. */
            content_qualifier?: string;
            /** @description Their media type. */
            content_type?: string;
            /** @description What the data are. */
            description?: string;
            /** @description Why there are no data. */
            error_message?: string;
            /** @description The identifier that the row is about. */
            ID?: string;
            /** @description Whether the link wants a login: false, optional or true. */
            link_auth?: string;
            /**
             * @description Whether the caller of the DataLink service may follow the link: true or false.
             * @example true
             */
            link_authorized?: string;
            /** @description What the service calls them. */
            local_semantics?: string;
            /** @description What they are to the identifier, such as `#this`. */
            semantics?: string;
            /** @description The service that makes the data. */
            service_def?: string;
        };
        /** @description Data that the program reads or writes. */
        DataResource: components["schemas"]["SimpleDataResource"] | components["schemas"]["S3DataResource"] | components["schemas"]["RucioDataResource"] | components["schemas"]["IvoaDataResource"] | components["schemas"]["SkaoDataResource"];
        /** @description A program packed in a container image. */
        DockerContainer: {
            /** @description The arguments. Without an entry point they replace the command of the image. */
            command?: string[];
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The program. It replaces the entry point of the image; an empty text takes that away, and the command begins with the program. */
            entrypoint?: string;
            /** @description Environment variables by name. A name has letters of ASCII, digits, `_`, `.` and `-`, and does not begin with a digit. */
            environment?: {
                [key: string]: string;
            };
            /** @description The exit code of the program, once it has ended. */
            readonly exitCode?: number;
            image?: components["schemas"]["ContainerImage"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/executable/docker-container.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            network?: components["schemas"]["ContainerNetwork"];
            readonly phase?: components["schemas"]["LifecyclePhase"];
            /**
             * @description Whether the container may do as the host does.
             * @default false
             */
            privileged?: boolean;
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            readonly streams?: components["schemas"]["OutputStreams"];
        };
        /** @description Lets nothing new into a pool. */
        Drain: {
            /** @description Why, as a sentence; it is told to those who ask in vain. */
            reason?: string;
        };
        /**
         * @description A duration in ISO 8601, such as `PT2H`.
         * @example PT2H
         */
        Duration: string;
        /** @description One of some values can be set. */
        EnumValueOption: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:enum-value-option";
            /** @description What can be updated. */
            path: string;
            /** @description The values that are possible now. */
            values: string[];
        };
        /** @description Sets one of some values. */
        EnumValueUpdate: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:enum-value-update";
            /** @description What is updated, such as `phase`; a leading slash is allowed. */
            path: string;
            /** @description The new value. */
            value: string;
        };
        /** @description What is run. */
        Executable: components["schemas"]["DockerContainer"] | components["schemas"]["SingularityContainer"] | components["schemas"]["JupyterNotebook"];
        /** @description A contract, from the offer to what became of it. */
        Execution: {
            compute?: components["schemas"]["ComputeResource"];
            /** @description Where the program is reached while it runs. */
            connectors?: components["schemas"]["Connector"][];
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The data that it reads or writes. */
            data?: components["schemas"]["DataResource"][];
            executable?: components["schemas"]["Executable"];
            /** @description Until when the offer can be accepted, or could be. */
            expires?: components["schemas"]["Instant"];
            /** @description The phases it was in, oldest first. */
            history?: components["schemas"]["HistoryItem"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/execution/simple-execution.yaml";
            meta: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            /**
             * Format: uri
             * @description The offer set that this execution was an offer of.
             */
            offerset?: string;
            phase: components["schemas"]["ExecutionPhase"];
            platform?: components["schemas"]["PlatformReference"];
            schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description The storage that it has. */
            storage?: components["schemas"]["StorageResource"][];
            /** @description The user name of its owner, for operators and administrators. */
            user?: string;
        };
        /** @description A page of executions, newest first. */
        ExecutionList: {
            /** @description The executions. */
            executions?: components["schemas"]["Execution"][];
        };
        /**
         * @description The phase of an execution. RUNNING and INITIAL are known from older clients and never written.
         * @enum {string}
         */
        ExecutionPhase: "INITIAL" | "OFFERED" | "ACCEPTED" | "REJECTED" | "EXPIRED" | "WAITING" | "PREPARING" | "AVAILABLE" | "RUNNING" | "RELEASING" | "COMPLETED" | "FAILED" | "CANCELLED";
        /**
         * @description A template of what the client wants to run. Sizes are whole numbers; memory and storage are in GiB. Resources refer
         *     to each other by the `meta.name` or `meta.uuid` that the client gave them in this request.
         * @example {
         *       "executable": {
         *         "kind": "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/executable/docker-container.yaml",
         *         "image": {
         *           "locations": [
         *             "docker.io/library/busybox:1.37"
         *           ]
         *         },
         *         "command": [
         *           "echo",
         *           "hello"
         *         ]
         *       }
         *     }
         */
        ExecutionRequest: {
            compute?: components["schemas"]["ComputeResource"];
            /** @description What it may cost. It and its parts have at most 100 limits on costs and metrics in all. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The data that it reads or writes. */
            data?: components["schemas"]["DataResource"][];
            executable?: components["schemas"]["Executable"];
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description What the resources have to be good for. */
            metrics?: components["schemas"]["MetricItem"][];
            schedule?: components["schemas"]["RequestedSchedule"];
            /** @description The storage that it needs. */
            storage?: components["schemas"]["StorageResource"][];
        };
        /** @description An execution in the spelling of the published schema. It has exactly the fields of that schema. */
        ExecutionSession: components["schemas"]["SimpleExecutionSession"] | components["schemas"]["ScheduledExecutionSession"];
        /** @description A page of executions in the spelling of the published schema, newest first. */
        ExecutionSessionList: {
            /** @description The executions. */
            sessions?: components["schemas"]["ExecutionSession"][];
        };
        /** @description Where the port is published while the program runs. The platform chooses it; a request does not have it. */
        ExternalPort: {
            /** @description The addresses that it is reached at. */
            addresses?: string[];
            /** @description Its number. */
            port?: number;
        };
        /** @description What is at fault, a field of the body, a parameter of the query, or a header. */
        FieldFault: {
            /** @description What is wrong with it. */
            detail: string;
            /** @description The name of a header. */
            header?: string;
            /** @description The name of a parameter of the query. */
            parameter?: string;
            /** @description A JSON Pointer (RFC 6901) into the body of the request. */
            pointer?: string;
        };
        /** @description The name of a group, in ASCII without spaces. */
        Group: string;
        /** @description Whether the service can do its work. */
        Health: {
            /** @description What was looked at. */
            checks?: components["schemas"]["HealthCheck"][];
            status: components["schemas"]["HealthStatus"];
        };
        /** @description One part of the service. */
        HealthCheck: {
            /** @description What is wrong. */
            detail?: string;
            /** @description Which part. */
            name: string;
            status: components["schemas"]["HealthStatus"];
        };
        /**
         * @description Whether a part can do its work.
         * @enum {string}
         */
        HealthStatus: "ok" | "unavailable";
        /** @description One phase that an execution was in. */
        HistoryItem: {
            /**
             * @description Who caused it.
             * @enum {string}
             */
            cause?: "client" | "clock" | "broker" | "platform";
            /** @description What led to this phase. */
            event: string;
            phase: components["schemas"]["ExecutionPhase"];
            /** @description When it came into this phase. */
            since: components["schemas"]["Instant"];
        };
        Identity: {
            created?: components["schemas"]["Instant"];
            /** @description Since when it is disabled. */
            disabled?: components["schemas"]["Instant"];
            displayName?: string;
            groups?: components["schemas"]["Group"][];
            /** @description Who vouches for it; missing for an account of this broker. */
            issuer?: string;
            mustChangePassword?: boolean;
            roles?: components["schemas"]["Role"][];
            /** @description The name within the issuer that never changes. */
            subject?: string;
            /** @description The name that no other account has: `ada`, or `ada@sso` for one of another source. */
            username: string;
            /** Format: uuid */
            uuid: string;
        };
        /** @description What is to be different; what is missing stays as it is. */
        IdentityChange: {
            /**
             * @description Whether the executions of an account that is disabled are cancelled; they go on to their end otherwise.
             * @default false
             */
            cancelExecutions?: boolean;
            /** @description A disabled account is refused at once, its access tokens are revoked, and its open offers withdrawn. */
            disabled?: boolean;
            displayName?: string;
            groups?: components["schemas"]["Group"][];
            /**
             * @description Whether access tokens stay good where the account is disabled or gets a new password.
             * @default false
             */
            keepTokens?: boolean;
            /** @description A new password, which has to be changed at the next login; access tokens are revoked. */
            password?: string;
            roles?: components["schemas"]["Role"][];
        };
        IdentityList: {
            identities?: components["schemas"]["Identity"][];
        };
        /** @description An account of this broker to be made. */
        IdentityRequest: {
            displayName?: string;
            groups?: components["schemas"]["Group"][];
            /** @description The password has to be changed at the first login. */
            mustChangePassword?: boolean;
            /** @description 12 to 256 characters. */
            password?: string;
            roles?: components["schemas"]["Role"][];
            /** @description 1 to 100 letters, digits and `. _ @ + -`; begins with a letter or a digit. */
            username?: string;
        };
        /** @description What an image is built for. */
        ImagePlatform: {
            /**
             * @description The processor.
             * @default amd64
             */
            architecture?: string;
            /**
             * @description The operating system.
             * @default linux
             */
            os?: string;
        };
        /**
         * @description An instant in UTC, such as `2026-11-23T12:00:00Z`.
         * @example 2026-11-23T12:00:00Z
         */
        Instant: string;
        /** @description A number can be made larger or smaller. */
        IntegerDeltaOption: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:integer-delta-option";
            /**
             * Format: int64
             * @description The largest step up that is possible.
             */
            max?: number;
            /**
             * Format: int64
             * @description The largest step down that is possible.
             */
            min?: number;
            /** @description What can be updated. */
            path: string;
            /** @description What is counted. */
            units?: string;
        };
        /** @description Makes a number larger or, with a negative delta, smaller. */
        IntegerDeltaUpdate: {
            /**
             * Format: int64
             * @description How much larger.
             */
            delta: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:integer-delta-update";
            /** @description What is updated, such as `schedule/available/duration`; a leading slash is allowed. */
            path: string;
            /** @description What is counted. */
            units?: string;
        };
        /** @description A whole number can be set. */
        IntegerValueOption: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:integer-value-option";
            /**
             * Format: int64
             * @description The most that is possible.
             */
            max?: number;
            /**
             * Format: int64
             * @description The least that is possible.
             */
            min?: number;
            /** @description What can be updated. */
            path: string;
            /** @description What is counted. */
            units?: string;
        };
        /** @description Sets a whole number. */
        IntegerValueUpdate: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:integer-value-update";
            /** @description What is updated; a leading slash is allowed. */
            path: string;
            /** @description What is counted. */
            units?: string;
            /**
             * Format: int64
             * @description The new number.
             */
            value: number;
        };
        /** @description The port in the container. */
        InternalPort: {
            /**
             * @description Its number, from 1 to 65535. For another number, the answer is NO.
             * @example 8080
             */
            port?: number;
        };
        /** @description How the Virtual Observatory identifies data, and what its services said of them. */
        IvoaBlock: {
            datalink?: components["schemas"]["DatalinkBlock"];
            /** @description The identifier, such as `ivo://authority/path?key`. */
            ivoid?: string;
            obscore?: components["schemas"]["ObscoreBlock"];
        };
        /** @description A dataset that the Virtual Observatory knows. */
        IvoaDataResource: {
            /**
             * @description READONLY data are copied in before the program starts, WRITEONLY data are created empty and saved when it
             *     has ended, READWRITE data are both.
             * @default READONLY
             * @enum {string}
             */
            access?: "READONLY" | "WRITEONLY" | "READWRITE";
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            ivoa?: components["schemas"]["IvoaBlock"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/data/ivoa-data-resource.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            readonly phase?: components["schemas"]["LifecyclePhase"];
            /**
             * @description Data that are saved (WRITEONLY or READWRITE) are saved as well when the program has failed. Without it, they are
             *     kept on the platform for a while, and a message says where.
             * @default false
             */
            saveOnFailure?: boolean;
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description The name or UUID of a storage resource; in an answer its UUID. Without it, storage is made for the data. */
            storage?: string;
        };
        /** @description A notebook, run from its first cell to its last, or served to its user. What becomes of it is saved to the first data resource with the access WRITEONLY whose location ends in .ipynb. */
        JupyterNotebook: {
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The exit code of the program, once it has ended. */
            readonly exitCode?: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/executable/jupyter-notebook.yaml";
            /** @description The URL of the notebook. */
            location?: string;
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            /**
             * @description BATCH runs the notebook by itself. INTERACTIVE starts a server, which `connectors` of the execution lead to: the
             *     user works in the notebook until asking for the phase RELEASING, or until the time is over.
             * @default BATCH
             * @enum {string}
             */
            mode?: "BATCH" | "INTERACTIVE";
            readonly phase?: components["schemas"]["LifecyclePhase"];
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            readonly streams?: components["schemas"]["OutputStreams"];
        };
        /**
         * @description The phase of a component. RUNNING is known from older clients and never written.
         * @enum {string}
         */
        LifecyclePhase: "INITIALIZING" | "WAITING" | "PREPARING" | "AVAILABLE" | "RUNNING" | "RELEASING" | "COMPLETED" | "FAILED" | "CANCELLED";
        /** @description When a component is expected to be prepared, usable and released; of what has happened, when it did. */
        LifecycleSchedule: {
            available?: components["schemas"]["ScheduleRangePart"];
            preparing?: components["schemas"]["SchedulePart"];
            releasing?: components["schemas"]["SchedulePart"];
        };
        /**
         * @description What is left in each pool, at most; resources that are not named are as usual. Without it nothing is left. Memory
         *     and storage are in GiB.
         */
        MaintainedCapacity: {
            accelerators?: number;
            cores?: number;
            memory?: number;
            storage?: number;
        };
        /** @description A time in which a platform, or one of its pools, has less than usual or nothing. */
        Maintenance: {
            capacity?: components["schemas"]["MaintainedCapacity"];
            from: components["schemas"]["Instant"];
            /** @description The platform. */
            platform: string;
            /** @description The pool; all pools of the platform when it is not there. */
            pool?: string;
            /** @description What is promised in that time beyond what is left, and is kept; told when it is made. At most 100 are listed. */
            promises?: components["schemas"]["MaintenancePromise"][];
            /** @description Why; it is told to those who ask in vain. */
            reason: string;
            until: components["schemas"]["Instant"];
            /**
             * Format: uuid
             * @description Its identifier, by which it is ended.
             */
            uuid: string;
            /** @description How many open offers were withdrawn for it; told when it is made. */
            withdrawn?: number;
        };
        MaintenanceList: {
            /** @description The windows that are not over, the next one first. */
            maintenance?: components["schemas"]["Maintenance"][];
        };
        /** @description Something that is promised in a time of maintenance. */
        MaintenancePromise: {
            from: components["schemas"]["Instant"];
            /** @description What its owner calls it. */
            name?: string;
            /** @description The account that it belongs to. */
            owner?: string;
            /** @description Its phase. */
            phase: string;
            until: components["schemas"]["Instant"];
            /**
             * Format: uri
             * @description Where it is.
             */
            url: string;
            /**
             * Format: uuid
             * @description The execution.
             */
            uuid: string;
        };
        /** @description Takes capacity out of a platform or a pool for a time. */
        MaintenanceRequest: {
            capacity?: components["schemas"]["MaintainedCapacity"];
            /**
             * @description Whether to take it although more is promised in that time than is left: open offers that are in the way are
             *     withdrawn then, and what was accepted is kept and runs as promised.
             * @default false
             */
            force?: boolean;
            /** @description The instant from which on; now when left out. */
            from?: string;
            /** @description The platform. */
            platform: string;
            /** @description One pool of it; all of them when left out. */
            pool?: string;
            /** @description Why, as a sentence; it is told to those who ask in vain. */
            reason: string;
            /** @description The instant at which everything is as usual again, at most ten years ahead. */
            until: string;
        };
        /** @description A message, following messagetemplates.org. */
        MessageItem: {
            /**
             * @description What is said, as `urn:ivoa:execution-broker:message:<name>`.
             * @example urn:ivoa:execution-broker:message:no-capacity
             */
            kind: string;
            level: components["schemas"]["MessageLevel"];
            /** @description The sentence with its values; the broker always writes it. */
            message: string;
            /** @description The sentence, with `${name}` in the place of each value. */
            template: string;
            time: components["schemas"]["Instant"];
            /** @description The values by name. */
            values?: {
                [key: string]: string;
            };
        };
        /**
         * @description How much a message matters. A refusal or failure is ERROR. OTHER is known and never written.
         * @enum {string}
         */
        MessageLevel: "DEBUG" | "INFO" | "WARN" | "ERROR" | "OTHER";
        /** @description One metric. Several are limits that all hold. */
        MetricItem: components["schemas"]["SimpleMinMaxFloatMetric"] | components["schemas"]["AbstractMetricItem"];
        /**
         * @description What is measured, such as `urn:ivoa:calycopis:metric:compute-performance` or `…:io-throughput`.
         * @example urn:ivoa:calycopis:metric:compute-performance
         */
        MetricType: string;
        /**
         * @description At least `min`, never more than `max`; without a `max`, exactly `min`. For what nobody has, such as a number below zero,
         *     the answer is NO.
         */
        MinMaxInteger: {
            /**
             * Format: int64
             * @description The most that is wanted.
             */
            max?: number;
            /**
             * Format: int64
             * @description The least that will do.
             */
            min?: number;
        };
        /** @description What the site has to say to everybody now; empty when that is nothing. */
        Motd: {
            /** @description Since when it is said. */
            since?: components["schemas"]["Instant"];
            /** @description One line of plain text. */
            text?: string;
            /** @description When it goes by itself. */
            until?: components["schemas"]["Instant"];
        };
        /** @description What is to be said to everybody. */
        MotdRequest: {
            /** @description One line of plain text. */
            text: string;
            /** @description The instant at which it goes by itself; it stays until it is taken away otherwise. */
            until?: string;
        };
        /** @description What an ObsCore table says of the data. */
        ObscoreBlock: {
            /** @description The media type of what is there. */
            access_format?: string;
            /** @description Where the data are. */
            access_url?: string;
            /**
             * @description How far the data are calibrated.
             * @default 0
             */
            calib_level?: number;
            /** @description What the data are, such as `image`. */
            dataproduct_type?: string;
            /** @description The collection that it is in. */
            obs_collection?: string;
            /** @description The identifier that the creator gave. */
            obs_creator_did?: string;
            /** @description The observation. */
            obs_id?: string;
            /** @description The identifier that the publisher gave. */
            obs_publisher_did?: string;
        };
        /**
         * @description An execution in the spelling in which its offers were asked for: in that of the published schema when they were asked
         *     for at `/requests`.
         */
        Offer: components["schemas"]["Execution"] | components["schemas"]["SimpleExecutionSession"] | components["schemas"]["ScheduledExecutionSession"];
        /** @description The answer to a request. */
        OfferSet: {
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The description of the request. */
            description?: string;
            /** @description Until when an offer of the set can be accepted. */
            expires?: components["schemas"]["Instant"];
            /** @constant */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/offerset/execution-offerset.yaml";
            meta: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            /** @description The executions on offer, earliest first. Any of them is safe to accept. */
            offers?: components["schemas"]["Offer"][];
            /**
             * @description Whether there are offers.
             * @enum {string}
             */
            result: "YES" | "NO";
        };
        /** @description A page of offer sets, newest first. */
        OfferSetList: {
            /** @description The offer sets. */
            offersets?: components["schemas"]["OfferSet"][];
        };
        /** @description An update that is possible now. */
        Option: components["schemas"]["StringValueOption"] | components["schemas"]["EnumValueOption"] | components["schemas"]["IntegerValueOption"] | components["schemas"]["IntegerDeltaOption"];
        /** @description One output of the program. */
        OutputStream: {
            /** @description The URLs that it is read at; any of them will do. */
            locations?: string[];
        };
        /** @description Where the output of the program is read. */
        OutputStreams: {
            stderr?: components["schemas"]["OutputStream"];
            stdout?: components["schemas"]["OutputStream"];
        };
        PasswordChange: {
            /**
             * @description Whether your access tokens stay good. They are revoked otherwise, since whoever knew the old password may have made
             *     them.
             * @default false
             */
            keepTokens?: boolean;
            /** @description The new password. */
            password: string;
        };
        /** @description Where it runs. */
        PlatformReference: {
            /** @description The platform. */
            name?: string;
            /** @description Which of its pools. */
            pool?: string;
        };
        /** @description A part of a platform that is booked by itself. */
        Pool: {
            capacity: components["schemas"]["PoolCapacity"];
            /** @description Since when nothing new is offered in it. */
            drained?: components["schemas"]["Instant"];
            /** @description Why; it is told to those who ask in vain. */
            drainReason?: string;
            /** @description Its name, which is unique on its platform. */
            name: string;
            /** @description The platform. */
            platform: string;
            /**
             * Format: uri
             * @description Where it is shown how much of it is booked.
             */
            url?: string;
        };
        /** @description What the pool has in all. Memory and storage are in GiB. */
        PoolCapacity: {
            accelerators?: number;
            cores?: number;
            memory?: number;
            storage?: number;
        };
        /** @description What is booked at most from an instant on, and what the pool has then. */
        PoolLevel: {
            /** @description More than the capacity where that sank below what had been promised. */
            booked: number;
            capacity: number;
            since: components["schemas"]["Instant"];
        };
        PoolList: {
            pools?: components["schemas"]["Pool"][];
        };
        /** @description How much of a pool is booked over a time. */
        PoolTimeline: {
            /** @description Since when nothing new is offered in it. */
            drained?: components["schemas"]["Instant"];
            /** @description Why; it is told to those who ask in vain. */
            drainReason?: string;
            from: components["schemas"]["Instant"];
            /** @description The windows in that time in which there is less than usual. */
            maintenance?: components["schemas"]["Maintenance"][];
            /** @description The pool. */
            name: string;
            /** @description Its platform. */
            platform: string;
            /** @description One entry for each resource. */
            resources: components["schemas"]["ResourceTimeline"][];
            /** @description The length of the parts that the time is looked at in, as an ISO 8601 duration. */
            step: string;
            until: components["schemas"]["Instant"];
        };
        /** @description A failure, as RFC 9457 describes it. */
        Problem: {
            /** @description What went wrong this time. */
            detail?: string;
            /** @description The failure in the words of the prototype of the standard, where it has some. */
            error?: string;
            /** @description What is at fault. */
            errors?: components["schemas"]["FieldFault"][];
            /** @description The path of the request. */
            instance?: string;
            /** @description The id of the request in the log of the service. */
            requestId?: string;
            /** @description The HTTP status. */
            status: number;
            /** @description The failure in a few words that stay the same. */
            title: string;
            /**
             * @description Which failure, as `urn:ivoa:execution-broker:problem:<name>`.
             * @example urn:ivoa:execution-broker:problem:not-found
             */
            type: string;
            /** @description Its user name. */
            username?: string;
            /** @description The account that has the name already. */
            uuid?: string;
        };
        /** @description A quota as it is configured, with those who use most of what the broker does now. */
        Quota: {
            groups?: string[];
            limits: components["schemas"]["QuotaLimit"][];
            name: string;
            notGroups?: string[];
            /** @enum {string} */
            of: "user" | "group";
            users?: string[];
            uses?: components["schemas"]["QuotaUse"][];
            /** @description How long what has ended counts for the hours. */
            window?: components["schemas"]["Duration"];
        };
        /** @description One thing that a quota limits. */
        QuotaLimit: {
            /** @description Executions, offer sets, core-hours, GiB-hours or GiB. */
            limit: number;
            /** @description What is used now or was within the window. */
            used?: number;
            /** @enum {string} */
            what: "executions" | "openOfferSets" | "coreHours" | "memoryGibHours" | "storage";
        };
        QuotaList: {
            quotas?: components["schemas"]["Quota"][];
        };
        /** @description What an account uses of a quota. */
        QuotaUse: {
            /** @description What the executions of the user belong to; or the name of the group. */
            account?: string;
            limits: components["schemas"]["QuotaLimit"][];
            /**
             * @description Whether a user has it alone or the members of a group together.
             * @enum {string}
             */
            of: "user" | "group";
            /** @description The name of the quota in the configuration. */
            quota: string;
            /** @description The user name; missing for a group and for an account that is gone. */
            username?: string;
        };
        /** @description A copy of the data. */
        Replica: {
            /** @description Its URL there. */
            dataurl?: string;
            /** @description The storage element that has it. */
            rsename?: string;
        };
        /** @description When the execution shall run, and for how long. */
        RequestedSchedule: {
            requested?: components["schemas"]["RequestedTimes"];
        };
        /** @description What the client asks for. */
        RequestedTimes: {
            duration?: components["schemas"]["Duration"];
            /**
             * @description An instant before which it must not start, whatever is free.
             * @example 2026-11-23T12:00:00Z
             */
            notBefore?: string;
            /**
             * @description When it may start: an instant (an absolute start) or an interval to start in, or a list of at most 100 of them.
             *     Without it, as soon as possible.
             */
            start?: components["schemas"]["StartWindow"] | components["schemas"]["StartWindow"][];
            /**
             * @description Whether it may start before the promised start, as soon as all is ready and the capacity is free. Without it, it
             *     may; an instant as `start` is an absolute start all the same.
             */
            startEarly?: boolean;
        };
        /** @description How much of one resource is booked. */
        ResourceTimeline: {
            /**
             * @description Memory and storage are in GiB.
             * @enum {string}
             */
            resource: "cores" | "memory" | "storage" | "accelerators";
            /** @description Each holds until the next one. Equal ones that follow each other are one. */
            steps: components["schemas"]["PoolLevel"][];
        };
        /**
         * @description What somebody may do beside working with what is their own: an operator looks after everybody's executions and the
         *     pools, an administrator also after accounts, quotas and the audit log.
         * @enum {string}
         */
        Role: "user" | "operator" | "admin";
        /** @description How Rucio identifies data. */
        RucioBlock: {
            /** @description The URL of the Rucio service. */
            endpoint?: string;
            /** @description The name within the scope. */
            object?: string;
            /** @description The scope of the identifier. */
            scope?: string;
            type?: components["schemas"]["DataIdentifierType"];
        };
        /** @description A dataset that Rucio manages. */
        RucioDataResource: {
            /**
             * @description READONLY data are copied in before the program starts, WRITEONLY data are created empty and saved when it
             *     has ended, READWRITE data are both.
             * @default READONLY
             * @enum {string}
             */
            access?: "READONLY" | "WRITEONLY" | "READWRITE";
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/data/rucio-data-resource.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            readonly phase?: components["schemas"]["LifecyclePhase"];
            rucio?: components["schemas"]["RucioBlock"];
            /**
             * @description Data that are saved (WRITEONLY or READWRITE) are saved as well when the program has failed. Without it, they are
             *     kept on the platform for a while, and a message says where.
             * @default false
             */
            saveOnFailure?: boolean;
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description The name or UUID of a storage resource; in an answer its UUID. Without it, storage is made for the data. */
            storage?: string;
        };
        /** @description An object, or a whole bucket, of an S3 service. */
        S3DataResource: {
            /**
             * @description READONLY data are copied in before the program starts, WRITEONLY data are created empty and saved when it
             *     has ended, READWRITE data are both.
             * @default READONLY
             * @enum {string}
             */
            access?: "READONLY" | "WRITEONLY" | "READWRITE";
            /** @description The name of the bucket. */
            bucket?: string;
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The URL of the service. */
            endpoint?: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/data/S3-data-resource.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            /** @description The key of the object; without it, the whole bucket. */
            object?: string;
            readonly phase?: components["schemas"]["LifecyclePhase"];
            /**
             * @description Data that are saved (WRITEONLY or READWRITE) are saved as well when the program has failed. Without it, they are
             *     kept on the platform for a while, and a message says where.
             * @default false
             */
            saveOnFailure?: boolean;
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description The name or UUID of a storage resource; in an answer its UUID. Without it, storage is made for the data. */
            storage?: string;
            /** @description How the URL of an object is made. */
            template?: string;
        };
        /** @description An execution with a schedule, in the spelling of the published schema. */
        ScheduledExecutionSession: {
            compute?: components["schemas"]["ComputeResource"];
            /** @description Where the program is reached while it runs. */
            connectors?: components["schemas"]["Connector"][];
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The data that it reads or writes. */
            data?: components["schemas"]["DataResource"][];
            executable?: components["schemas"]["Executable"];
            /** @description Until when the offer can be accepted, or could be. */
            expires?: components["schemas"]["Instant"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/session/scheduled-execution-session.yaml";
            meta: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            phase: components["schemas"]["ExecutionPhase"];
            schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description The storage that it has. */
            storage?: components["schemas"]["StorageResource"][];
        };
        /** @description An instant and how long what begins then takes. */
        SchedulePart: {
            duration?: components["schemas"]["Duration"];
            start?: components["schemas"]["Instant"];
        };
        /** @description When something starts, and how long it lasts. */
        ScheduleRangePart: {
            duration?: components["schemas"]["Duration"];
            /**
             * @description How long a program may go on after its duration, between SIGTERM and SIGKILL, to save what it has. It is booked and
             *     not charged.
             */
            grace?: components["schemas"]["Duration"];
            start?: components["schemas"]["StartRange"];
        };
        /** @description To whom something is shown besides its owner. */
        Sharing: {
            groups?: components["schemas"]["Group"][];
        };
        /** @description Cores, memory, and the volumes that are mounted. Without amounts, one core and one GiB. */
        SimpleComputeResource: {
            accelerators?: components["schemas"]["Accelerators"];
            /** @description How many cores. */
            cores?: components["schemas"]["MinMaxInteger"];
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/compute/simple-compute-resource.yaml";
            /** @description How much memory */
            memory?: components["schemas"]["MinMaxInteger"];
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            readonly phase?: components["schemas"]["LifecyclePhase"];
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description What appears in the file system of the program. */
            volumes?: components["schemas"]["VolumeMount"][];
        };
        /**
         * @description A file behind a URL. It is copied into its storage before the program starts, under the name that its URL ends in,
         *     and is reachable as `content` too.
         */
        SimpleDataResource: {
            /**
             * @description READONLY data are copied in before the program starts, WRITEONLY data are created empty and saved when it
             *     has ended, READWRITE data are both.
             * @default READONLY
             * @enum {string}
             */
            access?: "READONLY" | "WRITEONLY" | "READWRITE";
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/data/simple-data-resource.yaml";
            /**
             * @description An http or https URL. What is saved is sent there with PUT: the file under the name that the URL ends in, as the
             *     program has left it.
             */
            location?: string;
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            readonly phase?: components["schemas"]["LifecyclePhase"];
            /**
             * @description Data that are saved (WRITEONLY or READWRITE) are saved as well when the program has failed. Without it, they are
             *     kept on the platform for a while, and a message says where.
             * @default false
             */
            saveOnFailure?: boolean;
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description The name or UUID of a storage resource; in an answer its UUID. Without it, storage is made for the data. */
            storage?: string;
        };
        /** @description An execution without a schedule, in the spelling of the published schema. */
        SimpleExecutionSession: {
            compute?: components["schemas"]["ComputeResource"];
            /** @description Where the program is reached while it runs. */
            connectors?: components["schemas"]["Connector"][];
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The data that it reads or writes. */
            data?: components["schemas"]["DataResource"][];
            executable?: components["schemas"]["Executable"];
            /** @description Until when the offer can be accepted, or could be. */
            expires?: components["schemas"]["Instant"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/session/simple-execution-session.yaml";
            meta: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            phase: components["schemas"]["ExecutionPhase"];
            /** @description The storage that it has. */
            storage?: components["schemas"]["StorageResource"][];
        };
        /** @description A cost that is a number, at least `min` and at most `max`. */
        SimpleMinMaxFloatCost: {
            /** @description What is counted, and in which unit. */
            description?: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/costs/simple-minmax-float-cost.yaml";
            /** @description The most that it costs or, in a request, may cost. */
            max?: number;
            /** @description The least that it costs. */
            min?: number;
            type?: components["schemas"]["CostType"];
            /**
             * @description The unit of the numbers: a currency such as EUR, kWh, or g. In a request, a limit without one is in the unit of
             *     each pool.
             */
            units?: string;
        };
        /** @description A metric that is a number, at least `min` and at most `max`. */
        SimpleMinMaxFloatMetric: {
            /** @description What is measured, and in which unit. */
            description?: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/metrics/simple-minmax-float-metric.yaml";
            /** @description The most that it is. */
            max?: number;
            /** @description The least that it is or, in a request, has to be. */
            min?: number;
            type?: components["schemas"]["MetricType"];
            /** @description The unit of the numbers. In a request, a limit without one is in the unit of each pool. */
            units?: string;
        };
        /** @description Space for files that lives as long as the execution. */
        SimpleStorageResource: {
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The data resources in it; in an answer their UUIDs. */
            data?: string[];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/storage/simple-storage-resource.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            readonly phase?: components["schemas"]["LifecyclePhase"];
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description How much space, in GiB. */
            size?: components["schemas"]["MinMaxInteger"];
        };
        /** @description One data or storage resource at one path. */
        SimpleVolumeMount: {
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/volume/simple-volume-mount.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            /**
             * @description Whether the program may write there.
             * @default READONLY
             * @enum {string}
             */
            mode?: "READONLY" | "READWRITE";
            /** @description An absolute path in the container. Without it, `/volumes/<name>`. */
            path?: string;
            /** @description The name or UUID of a data or storage resource; in an answer its UUID. */
            resource?: string;
        };
        /** @description A program packed in a Singularity (Apptainer) image. */
        SingularityContainer: {
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            /** @description The exit code of the program, once it has ended. */
            readonly exitCode?: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/executable/singularity-container.yaml";
            /** @description Where the image is. */
            location?: string;
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            readonly phase?: components["schemas"]["LifecyclePhase"];
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            readonly streams?: components["schemas"]["OutputStreams"];
        };
        /** @description How the SKA Observatory identifies data, and where they are. */
        SkaoBlock: {
            checksum?: components["schemas"]["Checksum"];
            /**
             * Format: int64
             * @description How many bytes the data have.
             */
            datasize?: number;
            /** @description The namespace of the identifier. */
            namespace?: string;
            /** @description The name within the namespace. */
            objectname?: string;
            objecttype?: components["schemas"]["DataIdentifierType"];
            /** @description Where copies are. */
            replicas?: components["schemas"]["Replica"][];
        };
        /** @description A dataset of the SKA Observatory. */
        SkaoDataResource: {
            /**
             * @description READONLY data are copied in before the program starts, WRITEONLY data are created empty and saved when it
             *     has ended, READWRITE data are both.
             * @default READONLY
             * @enum {string}
             */
            access?: "READONLY" | "WRITEONLY" | "READWRITE";
            /** @description In a request, limits; in an offer, the quote; of what has ended, what it really cost. */
            costs?: components["schemas"]["CostItem"][];
            ivoa?: components["schemas"]["IvoaBlock"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/data/skao-data-resource.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            /** @description In a request, limits; in an answer, what the resources are good for. */
            metrics?: components["schemas"]["MetricItem"][];
            readonly phase?: components["schemas"]["LifecyclePhase"];
            /**
             * @description Data that are saved (WRITEONLY or READWRITE) are saved as well when the program has failed. Without it, they are
             *     kept on the platform for a while, and a message says where.
             * @default false
             */
            saveOnFailure?: boolean;
            readonly schedule?: components["schemas"]["LifecycleSchedule"];
            skao?: components["schemas"]["SkaoBlock"];
            /** @description The name or UUID of a storage resource; in an answer its UUID. Without it, storage is made for the data. */
            storage?: string;
        };
        /**
         * @description The instants at which something starts, as `<first instant>/<duration>`.
         * @example 2026-11-23T12:00:00Z/PT5M
         */
        StartRange: string;
        /**
         * @description An instant, `start/end`, `start/duration` or `duration/end` in ISO 8601; the end may leave out what it shares with
         *     the start.
         * @example 2026-11-23T12:00:00Z/PT2H
         */
        StartWindow: string;
        /** @description Space for files. */
        StorageResource: components["schemas"]["SimpleStorageResource"];
        /** @description A text can be set. */
        StringValueOption: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:string-value-option";
            /** @description What can be updated. */
            path: string;
            /** @description A regular expression that the value follows. */
            pattern?: string;
        };
        /** @description Sets a text. */
        StringValueUpdate: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:string-value-update";
            /** @description What is updated; a leading slash is allowed. */
            path: string;
            /** @description The new text. */
            value: string;
        };
        /**
         * @description A change that the client asks for.
         * @example {
         *       "kind": "uri:enum-value-update",
         *       "path": "phase",
         *       "value": "ACCEPTED"
         *     }
         */
        Update: components["schemas"]["StringValueUpdate"] | components["schemas"]["EnumValueUpdate"] | components["schemas"]["IntegerValueUpdate"] | components["schemas"]["IntegerDeltaUpdate"];
        /** @description Where data or storage appear in the file system of the program. */
        VolumeMount: components["schemas"]["SimpleVolumeMount"];
        /** @description Work on an execution that the broker has parked. */
        Work: {
            /** @description How often in a row it failed. */
            attempts: number;
            /**
             * @description What was being done: preparing with an image or data to bring, preparing with nothing to bring, running, or giving
             *     back.
             * @enum {string}
             */
            doing: "fetch" | "prepare" | "run" | "release";
            failingSince?: components["schemas"]["Instant"];
            laidAside: components["schemas"]["Instant"];
            name?: string;
            /** @description What the execution belongs to. */
            owner: string;
            phase: components["schemas"]["ExecutionPhase"];
            platform: string;
            /** @description What went wrong at last, in words for operators. */
            reason: string;
            /** Format: uri */
            url: string;
            /** @description The execution. */
            uuid: string;
        };
        WorkList: {
            work?: components["schemas"]["Work"][];
        };
        WorkRetry: {
            /** @description The UUID of the execution. */
            retry: string;
        };
    };
    responses: {
        /** @description The request cannot be read or does not follow the contract. */
        BadRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description Not possible in the current phase. */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The caller may know of this, and may not do it. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The offer has expired. */
        Gone: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The broker made a mistake; its log has the details under the request id. */
        Internal: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The `Idempotency-Key` was used for another request. */
        KeyReused: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description None of the media types in `Accept` can be produced. */
        NotAcceptable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description There is no such thing, or the caller may not know of it. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The client has it already; there is no body. */
        NotModified: {
            headers: {
                ETag: components["headers"]["ETag"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The stream does not have that range. */
        RangeNotSatisfiable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /**
         * @description The request was refused before the operation saw it. This can happen to any request, whatever it asks for:
         *     400 (the path, the header `Host` or the HTTP itself cannot be read), 404 (other processes of the broker serve it),
         *     405 (the path does not have that method; `Allow` names those that it has), 408 (the request did not arrive in time),
         *     413 and 415 (it has a body that is too large, or in a notation or coding that is not read), 414 (the URL is too
         *     long), 417 (an expectation other than `100-continue`), 421 (the header `Host` names another service) and 431 (the
         *     headers are too large).
         */
        Refused: {
            headers: {
                Allow: components["headers"]["Allow"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The body is too large. */
        TooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The caller asks too often; try again later. */
        TooManyRequests: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The service does not know the caller; the challenges say how to tell it. */
        Unauthorized: {
            headers: {
                "WWW-Authenticate": components["headers"]["Authenticate"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The broker cannot answer now; try again later. */
        Unavailable: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description What is asked for is understood but not possible with that value. */
        Unprocessable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
        /** @description The body is in a notation that is not supported. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+xml": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
                "text/plain": string;
            };
        };
    };
    parameters: {
        /**
         * @description Only executions that were made after this instant, in UTC unless it says otherwise.
         * @example 2026-11-24T12:00:00Z
         */
        after: string;
        /** @description Where the next page begins, from the `Link` header of the page before. */
        cursor: string;
        /** @description Whether to wait for more until the program has ended. */
        follow: boolean;
        /**
         * @description A name that the client makes up for what it asks for. Asking again with the same key and body, within a day, makes
         *     nothing new: the answer is about what was made the first time.
         */
        idempotencyKey: string;
        /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
        ifNoneMatch: string;
        /** @description The name of the file; not needed where there is one only, or for the one with the name of its location where there is too much to list. */
        keptFile: string;
        /** @description The id of the last event that was received; the stream goes on after it. */
        lastEventId: string;
        /**
         * @description The most entries of a page. One whose entries are large has fewer: it ends where what is kept of them would be more than
         *     8 MiB, with one entry at least. Whether there is a next page is said by the `Link` header; without one, as in the audit
         *     log, the list has ended when nothing comes any more.
         */
        limit: number;
        /**
         * @description Only executions of this name; `*` stands for any text.
         * @example calibration-*
         */
        name: string;
        /** @description Answer at once when the execution is not in this phase. */
        phase: "OFFERED" | "ACCEPTED" | "REJECTED" | "EXPIRED" | "WAITING" | "PREPARING" | "AVAILABLE" | "RUNNING" | "RELEASING" | "COMPLETED" | "FAILED" | "CANCELLED";
        /** @description Only executions in one of these phases; may be given several times. */
        phases: ("OFFERED" | "ACCEPTED" | "REJECTED" | "EXPIRED" | "WAITING" | "PREPARING" | "AVAILABLE" | "RUNNING" | "RELEASING" | "COMPLETED" | "FAILED" | "CANCELLED")[];
        /**
         * @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers; `handling=strict` for 400
         *     instead of an answer that ignores the fields that the contract does not have; `decide-within=PT10S` for offers that
         *     start so soon that they have to be accepted within that time.
         */
        prefer: string;
        /** @description One range of bytes, `bytes=<from>-`, `bytes=<from>-<to>`, or `bytes=-<n>` for the last n of a stream that has ended. Of a stream that grows, at most 64 KiB are sent at once; `Content-Range` says which. */
        range: string;
        /** @description Which of the two outputs. */
        stream: "stdout" | "stderr";
        /** @description The last path segment of the resource's URL. */
        uuid: string;
        /** @description How many seconds the answer may be held back. */
        wait: number;
        /**
         * @description Whose are listed: `self`, the caller's own; `shared`, those of others that the groups of the caller are shown; and
         *     for operators and administrators `all`, everybody's, or the name of a user or the UUID of an account, those of that
         *     one. Where `identity.reads` is `public`, everybody may ask for all of these. A user whom nobody knows is 400 for
         *     those who may ask for everybody's; for others, everything but `self`, their own name and `shared` is 403.
         */
        whose: string;
    };
    requestBodies: {
        /** @description What the client wants to run. */
        executionRequest: {
            content: {
                "application/json": components["schemas"]["ExecutionRequest"];
                "application/xml": components["schemas"]["ExecutionRequest"];
                "application/yaml": components["schemas"]["ExecutionRequest"];
            };
        };
        /** @description The change. */
        offerSetUpdate: {
            content: {
                "application/json": components["schemas"]["Update"];
                "application/xml": components["schemas"]["Update"];
                "application/yaml": components["schemas"]["Update"];
            };
        };
        /** @description The change. */
        update: {
            content: {
                "application/json": components["schemas"]["Update"];
                "application/xml": components["schemas"]["Update"];
                "application/yaml": components["schemas"]["Update"];
            };
        };
    };
    headers: {
        /** @description The methods that the path has. */
        Allow: string;
        /** @description Challenges, one for each way in which the caller can say who it is. */
        Authenticate: string;
        /**
         * @description The name that the program gave to the file (RFC 6266).
         * @example attachment; filename*=UTF-8''content
         */
        ContentDisposition: string;
        /** @description The URL of what the body represents. */
        ContentLocation: string;
        /**
         * @description The part and, when the program has ended, the whole length. Of output that is followed the end is not known: the
         *     last position is 9007199254740991 then (RFC 8673).
         */
        ContentRange: string;
        /** @description A tag of these very bytes; `If-None-Match` with it gives 304 while nothing changes. */
        ETag: string;
        /** @description Is `true` when the answer is to an earlier request with the same `Idempotency-Key`. */
        IdempotencyReplayed: "true";
        /** @description The first page and the next one, as `<url>; rel="first", <url>; rel="next"`. */
        Link: string;
        /** @description The URL of what was made. Its last segment is the UUID. */
        Location: string;
        /** @description Which preferences were followed. */
        PreferenceApplied: string;
        /** @description The id of the request in the log of the service. */
        RequestId: string;
        /** @description After how many seconds to try again. */
        RetryAfter: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                    "application/xml": components["schemas"]["Account"];
                    "application/yaml": components["schemas"]["Account"];
                };
            };
            401: components["responses"]["Unauthorized"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The new password. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
                "application/xml": components["schemas"]["PasswordChange"];
                "application/yaml": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description It was changed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listAccessTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessTokenList"];
                    "application/xml": components["schemas"]["AccessTokenList"];
                    "application/yaml": components["schemas"]["AccessTokenList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    createAccessToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What it is for and how long it is good. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessTokenRequest"];
                "application/xml": components["schemas"]["AccessTokenRequest"];
                "application/yaml": components["schemas"]["AccessTokenRequest"];
            };
        };
        responses: {
            /** @description The token, which is shown this once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessToken"];
                    "application/xml": components["schemas"]["AccessToken"];
                    "application/yaml": components["schemas"]["AccessToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    revokeAccessToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is refused from now on. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Only this action. */
                action?: string;
                /** @description Only what one account did, by its user name now or by its UUID. */
                actor?: string;
                /** @description Only entries before the one with this number. */
                before?: number;
                /**
                 * @description The most entries of a page. One whose entries are large has fewer: it ends where what is kept of them would be more than
                 *     8 MiB, with one entry at least. Whether there is a next page is said by the `Link` header; without one, as in the audit
                 *     log, the list has ended when nothing comes any more.
                 */
                LAST?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the audit log. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditLog"];
                    "application/xml": components["schemas"]["AuditLog"];
                    "application/yaml": components["schemas"]["AuditLog"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listIdentities: {
        parameters: {
            query?: {
                /** @description Where the next page begins, from the `Link` header of the page before. */
                cursor?: components["parameters"]["cursor"];
                /**
                 * @description The most entries of a page. One whose entries are large has fewer: it ends where what is kept of them would be more than
                 *     8 MiB, with one entry at least. Whether there is a next page is said by the `Link` header; without one, as in the audit
                 *     log, the list has ended when nothing comes any more.
                 */
                LAST?: components["parameters"]["limit"];
                /** @description Only the account of this user name, `ada`, or `ada@sso` for one of another source. */
                username?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of accounts. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityList"];
                    "application/xml": components["schemas"]["IdentityList"];
                    "application/yaml": components["schemas"]["IdentityList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    createIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The account to be made. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["IdentityRequest"];
                "application/xml": components["schemas"]["IdentityRequest"];
                "application/yaml": components["schemas"]["IdentityRequest"];
            };
        };
        responses: {
            /** @description The account. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                    "application/xml": components["schemas"]["Identity"];
                    "application/yaml": components["schemas"]["Identity"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                    "application/xml": components["schemas"]["Identity"];
                    "application/yaml": components["schemas"]["Identity"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    updateIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /** @description What is to be different. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["IdentityChange"];
                "application/xml": components["schemas"]["IdentityChange"];
                "application/yaml": components["schemas"]["IdentityChange"];
            };
        };
        responses: {
            /** @description The account after the change. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                    "application/xml": components["schemas"]["Identity"];
                    "application/yaml": components["schemas"]["Identity"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listMaintenance: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The windows that are not over. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MaintenanceList"];
                    "application/xml": components["schemas"]["MaintenanceList"];
                    "application/yaml": components["schemas"]["MaintenanceList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    maintain: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Where, when, how much is left, and why. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaintenanceRequest"];
                "application/xml": components["schemas"]["MaintenanceRequest"];
                "application/yaml": components["schemas"]["MaintenanceRequest"];
            };
        };
        responses: {
            /** @description The window. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Maintenance"];
                    "application/xml": components["schemas"]["Maintenance"];
                    "application/yaml": components["schemas"]["Maintenance"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    endMaintenance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getMotd: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is said to everybody now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Motd"];
                    "application/xml": components["schemas"]["Motd"];
                    "application/yaml": components["schemas"]["Motd"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    setMotd: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The message. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["MotdRequest"];
                "application/xml": components["schemas"]["MotdRequest"];
                "application/yaml": components["schemas"]["MotdRequest"];
            };
        };
        responses: {
            /** @description What is said from now on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Motd"];
                    "application/xml": components["schemas"]["Motd"];
                    "application/yaml": components["schemas"]["Motd"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    clearMotd: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing is said, also when nothing was. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listPools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pools. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolList"];
                    "application/xml": components["schemas"]["PoolList"];
                    "application/yaml": components["schemas"]["PoolList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    drainPool: {
        parameters: {
            query?: {
                /** @description The platform of the pool; needed when several have one of that name. */
                platform?: string;
            };
            header?: never;
            path: {
                /** @description The name of the pool. */
                name: string;
            };
            cookie?: never;
        };
        /** @description Why. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Drain"];
                "application/xml": components["schemas"]["Drain"];
                "application/yaml": components["schemas"]["Drain"];
            };
        };
        responses: {
            /** @description The pool. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pool"];
                    "application/xml": components["schemas"]["Pool"];
                    "application/yaml": components["schemas"]["Pool"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    openPool: {
        parameters: {
            query?: {
                /** @description The platform of the pool; needed when several have one of that name. */
                platform?: string;
            };
            header?: never;
            path: {
                /** @description The name of the pool. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pool. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pool"];
                    "application/xml": components["schemas"]["Pool"];
                    "application/yaml": components["schemas"]["Pool"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getPoolTimeline: {
        parameters: {
            query?: {
                /** @description When the time begins; now when left out. */
                from?: string;
                /** @description How long it is. */
                hours?: number;
                /** @description The platform of the pool; needed when several have one of that name. */
                platform?: string;
                /** @description In how many parts it is looked at; of each, the most that is booked is shown. */
                steps?: number;
            };
            header?: never;
            path: {
                /** @description The name of the pool. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The steps of each resource. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolTimeline"];
                    "application/xml": components["schemas"]["PoolTimeline"];
                    "application/yaml": components["schemas"]["PoolTimeline"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listQuotas: {
        parameters: {
            query?: {
                /**
                 * @description The most entries of a page. One whose entries are large has fewer: it ends where what is kept of them would be more than
                 *     8 MiB, with one entry at least. Whether there is a next page is said by the `Link` header; without one, as in the audit
                 *     log, the list has ended when nothing comes any more.
                 */
                LAST?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quotas. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaList"];
                    "application/xml": components["schemas"]["QuotaList"];
                    "application/yaml": components["schemas"]["QuotaList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listWork: {
        parameters: {
            query?: {
                /**
                 * @description The most entries of a page. One whose entries are large has fewer: it ends where what is kept of them would be more than
                 *     8 MiB, with one entry at least. Whether there is a next page is said by the `Link` header; without one, as in the audit
                 *     log, the list has ended when nothing comes any more.
                 */
                LAST?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was parked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkList"];
                    "application/xml": components["schemas"]["WorkList"];
                    "application/yaml": components["schemas"]["WorkList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    retryWork: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Which execution is to go on. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkRetry"];
                "application/xml": components["schemas"]["WorkRetry"];
                "application/yaml": components["schemas"]["WorkRetry"];
            };
        };
        responses: {
            /** @description What is still parked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkList"];
                    "application/xml": components["schemas"]["WorkList"];
                    "application/yaml": components["schemas"]["WorkList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getAvailability: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document, in the namespace `http://www.ivoa.net/xml/VOSIAvailability/v1.0`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/xml": string;
                };
            };
            304: components["responses"]["NotModified"];
            401: components["responses"]["Unauthorized"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getCapabilities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document, in the namespace `http://www.ivoa.net/xml/VOSICapabilities/v1.0`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/xml": string;
                };
            };
            304: components["responses"]["NotModified"];
            401: components["responses"]["Unauthorized"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getCompute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The component. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComputeResource"];
                    "application/xml": components["schemas"]["ComputeResource"];
                    "application/yaml": components["schemas"]["ComputeResource"];
                };
            };
            304: components["responses"]["NotModified"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getData: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The component. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataResource"];
                    "application/xml": components["schemas"]["DataResource"];
                    "application/yaml": components["schemas"]["DataResource"];
                };
            };
            304: components["responses"]["NotModified"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getKeptResult: {
        parameters: {
            query?: {
                /** @description The name of the file; not needed where there is one only, or for the one with the name of its location where there is too much to list. */
                FILE?: components["parameters"]["keptFile"];
            };
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "Content-Disposition": components["headers"]["ContentDisposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A name that the client makes up for what it asks for. Asking again with the same key and body, within a day, makes
                 *     nothing new: the answer is about what was made the first time.
                 */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
                /**
                 * @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers; `handling=strict` for 400
                 *     instead of an answer that ignores the fields that the contract does not have; `decide-within=PT10S` for offers that
                 *     start so soon that they have to be accepted within that time.
                 */
                Prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["executionRequest"];
        responses: {
            /** @description The execution, when `Prefer` asked for it. */
            200: {
                headers: {
                    "Content-Location": components["headers"]["ContentLocation"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    "Preference-Applied": components["headers"]["PreferenceApplied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSession"];
                    "application/xml": components["schemas"]["ExecutionSession"];
                    "application/yaml": components["schemas"]["ExecutionSession"];
                };
            };
            /** @description The execution was accepted; `Location` leads to it under `/sessions`. */
            303: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSession"];
                    "application/xml": components["schemas"]["ExecutionSession"];
                    "application/yaml": components["schemas"]["ExecutionSession"];
                };
            };
            /** @description The request was refused (an execution in phase FAILED says why), or it could not be read (a problem document). */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSession"];
                    "application/problem+json": components["schemas"]["Problem"];
                    "application/problem+xml": components["schemas"]["Problem"];
                    "application/problem+yaml": components["schemas"]["Problem"];
                    "application/xml": components["schemas"]["ExecutionSession"];
                    "application/yaml": components["schemas"]["ExecutionSession"];
                    "text/plain": string;
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that needs nothing from anywhere else. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            304: components["responses"]["NotModified"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getExecutable: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The component. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Executable"];
                    "application/xml": components["schemas"]["Executable"];
                    "application/yaml": components["schemas"]["Executable"];
                };
            };
            304: components["responses"]["NotModified"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listExecutions: {
        parameters: {
            query?: {
                /**
                 * @description Only executions that were made after this instant, in UTC unless it says otherwise.
                 * @example 2026-11-24T12:00:00Z
                 */
                AFTER?: components["parameters"]["after"];
                /** @description Where the next page begins, from the `Link` header of the page before. */
                cursor?: components["parameters"]["cursor"];
                /**
                 * @description The most entries of a page. One whose entries are large has fewer: it ends where what is kept of them would be more than
                 *     8 MiB, with one entry at least. Whether there is a next page is said by the `Link` header; without one, as in the audit
                 *     log, the list has ended when nothing comes any more.
                 */
                LAST?: components["parameters"]["limit"];
                /**
                 * @description Only executions of this name; `*` stands for any text.
                 * @example calibration-*
                 */
                name?: components["parameters"]["name"];
                /**
                 * @description Whose are listed: `self`, the caller's own; `shared`, those of others that the groups of the caller are shown; and
                 *     for operators and administrators `all`, everybody's, or the name of a user or the UUID of an account, those of that
                 *     one. Where `identity.reads` is `public`, everybody may ask for all of these. A user whom nobody knows is 400 for
                 *     those who may ask for everybody's; for others, everything but `self`, their own name and `shared` is 403.
                 */
                OWNER?: components["parameters"]["whose"];
                /** @description Only executions in one of these phases; may be given several times. */
                PHASE?: components["parameters"]["phases"];
            };
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of executions. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionList"];
                    "application/xml": components["schemas"]["ExecutionList"];
                    "application/yaml": components["schemas"]["ExecutionList"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    createExecution: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A name that the client makes up for what it asks for. Asking again with the same key and body, within a day, makes
                 *     nothing new: the answer is about what was made the first time.
                 */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
                /**
                 * @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers; `handling=strict` for 400
                 *     instead of an answer that ignores the fields that the contract does not have; `decide-within=PT10S` for offers that
                 *     start so soon that they have to be accepted within that time.
                 */
                Prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["executionRequest"];
        responses: {
            /** @description The execution, when `Prefer` asked for it. */
            200: {
                headers: {
                    "Content-Location": components["headers"]["ContentLocation"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    "Preference-Applied": components["headers"]["PreferenceApplied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/xml": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            /** @description The execution was accepted. */
            303: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/xml": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            /** @description The request was refused (an execution in phase FAILED says why), or it could not be read (a problem document). */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/problem+json": components["schemas"]["Problem"];
                    "application/problem+xml": components["schemas"]["Problem"];
                    "application/problem+yaml": components["schemas"]["Problem"];
                    "application/xml": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                    "text/plain": string;
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getExecution: {
        parameters: {
            query?: {
                /** @description Answer at once when the execution is not in this phase. */
                PHASE?: components["parameters"]["phase"];
                /** @description How many seconds the answer may be held back. */
                WAIT?: components["parameters"]["wait"];
            };
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The execution. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/xml": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    updateExecution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["update"];
        responses: {
            /** @description The execution after the update. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/xml": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getExecutionEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that was received; the stream goes on after it. */
                "Last-Event-ID"?: components["parameters"]["lastEventId"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events so far, then the new ones. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Nothing came after the last event and nothing can; a client need not ask again. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                    "application/xml": components["schemas"]["Health"];
                    "application/yaml": components["schemas"]["Health"];
                };
            };
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            default: components["responses"]["Refused"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The database and at least one platform answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                    "application/xml": components["schemas"]["Health"];
                    "application/yaml": components["schemas"]["Health"];
                };
            };
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description They do not; the checks say which. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                    "application/xml": components["schemas"]["Health"];
                    "application/yaml": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Refused"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures of this process. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listOfferSets: {
        parameters: {
            query?: {
                /** @description Where the next page begins, from the `Link` header of the page before. */
                cursor?: components["parameters"]["cursor"];
                /**
                 * @description The most entries of a page. One whose entries are large has fewer: it ends where what is kept of them would be more than
                 *     8 MiB, with one entry at least. Whether there is a next page is said by the `Link` header; without one, as in the audit
                 *     log, the list has ended when nothing comes any more.
                 */
                LAST?: components["parameters"]["limit"];
                /**
                 * @description Whose are listed: `self`, the caller's own; `shared`, those of others that the groups of the caller are shown; and
                 *     for operators and administrators `all`, everybody's, or the name of a user or the UUID of an account, those of that
                 *     one. Where `identity.reads` is `public`, everybody may ask for all of these. A user whom nobody knows is 400 for
                 *     those who may ask for everybody's; for others, everything but `self`, their own name and `shared` is 403.
                 */
                OWNER?: components["parameters"]["whose"];
            };
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of offer sets. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSetList"];
                    "application/xml": components["schemas"]["OfferSetList"];
                    "application/yaml": components["schemas"]["OfferSetList"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    createOfferSet: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A name that the client makes up for what it asks for. Asking again with the same key and body, within a day, makes
                 *     nothing new: the answer is about what was made the first time.
                 */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
                /**
                 * @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers; `handling=strict` for 400
                 *     instead of an answer that ignores the fields that the contract does not have; `decide-within=PT10S` for offers that
                 *     start so soon that they have to be accepted within that time.
                 */
                Prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["executionRequest"];
        responses: {
            /** @description The offer set, when `Prefer` asked for it. */
            200: {
                headers: {
                    "Content-Location": components["headers"]["ContentLocation"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    "Preference-Applied": components["headers"]["PreferenceApplied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/xml": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            /** @description The offer set was made. */
            303: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["PreferenceApplied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/xml": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getOfferSet: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The offer set. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/xml": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            304: components["responses"]["NotModified"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    updateOfferSet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["offerSetUpdate"];
        responses: {
            /** @description The offer set after the update. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/xml": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getSharing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The groups. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sharing"];
                    "application/xml": components["schemas"]["Sharing"];
                    "application/yaml": components["schemas"]["Sharing"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /** @description The groups, all of them; none to show it to nobody. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Sharing"];
                "application/xml": components["schemas"]["Sharing"];
                "application/yaml": components["schemas"]["Sharing"];
            };
        };
        responses: {
            /** @description The groups as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sharing"];
                    "application/xml": components["schemas"]["Sharing"];
                    "application/yaml": components["schemas"]["Sharing"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getOpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One file without references to others. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            304: components["responses"]["NotModified"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getOpenapiYaml: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One file without references to others. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": Record<string, never>;
                };
            };
            304: components["responses"]["NotModified"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    createRequest: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A name that the client makes up for what it asks for. Asking again with the same key and body, within a day, makes
                 *     nothing new: the answer is about what was made the first time.
                 */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
                /**
                 * @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers; `handling=strict` for 400
                 *     instead of an answer that ignores the fields that the contract does not have; `decide-within=PT10S` for offers that
                 *     start so soon that they have to be accepted within that time.
                 */
                Prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["executionRequest"];
        responses: {
            /** @description The offer set, when `Prefer` asked for it. */
            200: {
                headers: {
                    "Content-Location": components["headers"]["ContentLocation"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    "Preference-Applied": components["headers"]["PreferenceApplied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/xml": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            /** @description The offer set was made; `Location` leads to it under `/offersets`. */
            303: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["PreferenceApplied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/xml": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /**
                 * @description Only executions that were made after this instant, in UTC unless it says otherwise.
                 * @example 2026-11-24T12:00:00Z
                 */
                AFTER?: components["parameters"]["after"];
                /** @description Where the next page begins, from the `Link` header of the page before. */
                cursor?: components["parameters"]["cursor"];
                /**
                 * @description The most entries of a page. One whose entries are large has fewer: it ends where what is kept of them would be more than
                 *     8 MiB, with one entry at least. Whether there is a next page is said by the `Link` header; without one, as in the audit
                 *     log, the list has ended when nothing comes any more.
                 */
                LAST?: components["parameters"]["limit"];
                /**
                 * @description Only executions of this name; `*` stands for any text.
                 * @example calibration-*
                 */
                name?: components["parameters"]["name"];
                /**
                 * @description Whose are listed: `self`, the caller's own; `shared`, those of others that the groups of the caller are shown; and
                 *     for operators and administrators `all`, everybody's, or the name of a user or the UUID of an account, those of that
                 *     one. Where `identity.reads` is `public`, everybody may ask for all of these. A user whom nobody knows is 400 for
                 *     those who may ask for everybody's; for others, everything but `self`, their own name and `shared` is 403.
                 */
                OWNER?: components["parameters"]["whose"];
                /** @description Only executions in one of these phases; may be given several times. */
                PHASE?: components["parameters"]["phases"];
            };
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of executions. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSessionList"];
                    "application/xml": components["schemas"]["ExecutionSessionList"];
                    "application/yaml": components["schemas"]["ExecutionSessionList"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    createSessionAtSessions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A name that the client makes up for what it asks for. Asking again with the same key and body, within a day, makes
                 *     nothing new: the answer is about what was made the first time.
                 */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
                /**
                 * @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers; `handling=strict` for 400
                 *     instead of an answer that ignores the fields that the contract does not have; `decide-within=PT10S` for offers that
                 *     start so soon that they have to be accepted within that time.
                 */
                Prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["executionRequest"];
        responses: {
            /** @description The execution, when `Prefer` asked for it. */
            200: {
                headers: {
                    "Content-Location": components["headers"]["ContentLocation"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    "Preference-Applied": components["headers"]["PreferenceApplied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSession"];
                    "application/xml": components["schemas"]["ExecutionSession"];
                    "application/yaml": components["schemas"]["ExecutionSession"];
                };
            };
            /** @description The execution was accepted; `Location` leads to it under `/sessions`. */
            303: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSession"];
                    "application/xml": components["schemas"]["ExecutionSession"];
                    "application/yaml": components["schemas"]["ExecutionSession"];
                };
            };
            /** @description The request was refused (an execution in phase FAILED says why), or it could not be read (a problem document). */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSession"];
                    "application/problem+json": components["schemas"]["Problem"];
                    "application/problem+xml": components["schemas"]["Problem"];
                    "application/problem+yaml": components["schemas"]["Problem"];
                    "application/xml": components["schemas"]["ExecutionSession"];
                    "application/yaml": components["schemas"]["ExecutionSession"];
                    "text/plain": string;
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getSession: {
        parameters: {
            query?: {
                /** @description Answer at once when the execution is not in this phase. */
                PHASE?: components["parameters"]["phase"];
                /** @description How many seconds the answer may be held back. */
                WAIT?: components["parameters"]["wait"];
            };
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The execution. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSession"];
                    "application/xml": components["schemas"]["ExecutionSession"];
                    "application/yaml": components["schemas"]["ExecutionSession"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    updateSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["update"];
        responses: {
            /** @description The execution after the update. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionSession"];
                    "application/xml": components["schemas"]["ExecutionSession"];
                    "application/yaml": components["schemas"]["ExecutionSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getStorage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The component. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageResource"];
                    "application/xml": components["schemas"]["StorageResource"];
                    "application/yaml": components["schemas"]["StorageResource"];
                };
            };
            304: components["responses"]["NotModified"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getStream: {
        parameters: {
            query?: {
                /** @description Whether to wait for more until the program has ended. */
                follow?: components["parameters"]["follow"];
            };
            header?: {
                /** @description One range of bytes, `bytes=<from>-`, `bytes=<from>-<to>`, or `bytes=-<n>` for the last n of a stream that has ended. Of a stream that grows, at most 64 KiB are sent at once; `Content-Range` says which. */
                Range?: components["parameters"]["range"];
            };
            path: {
                /** @description Which of the two outputs. */
                stream: components["parameters"]["stream"];
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The output so far. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The part of the output that was asked for. */
            206: {
                headers: {
                    "Content-Range": components["headers"]["ContentRange"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            416: components["responses"]["RangeNotSatisfiable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
    getVolume: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of what the client has; the answer is 304 when nothing has changed. */
                "If-None-Match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The component. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VolumeMount"];
                    "application/xml": components["schemas"]["VolumeMount"];
                    "application/yaml": components["schemas"]["VolumeMount"];
                };
            };
            304: components["responses"]["NotModified"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Refused"];
        };
    };
}
