# 问效：两条命令是 make run 与 make test；其余见 make help。
SHELL := /bin/sh
PY := .venv/bin/python
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help install run test bundle check format bench soak mutate

help: ## 列出这些命令
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

run: ## 装好环境、载入演示、写出年度报告并启动（PORT、HOST 可改）
	@$(PYTHON) scripts/setup.py run && exec $(PY) scripts/start.py

install: ## 只装好环境，不载入演示；装好后执行 wenxiao init 建立本级财政
	@$(PYTHON) scripts/setup.py run && echo "装好了。建立本级财政：.venv/bin/wenxiao init --template 模板.xlsx" >&2

bundle: ## 做离线安装包：在联网的同样机器上做，拿到不联网的机器上装
	@$(PYTHON) scripts/setup.py test && exec $(PY) scripts/bundle.py

test: ## 全部必须通过的检查与测试（SQLite 与 PostgreSQL）
	@$(PYTHON) scripts/setup.py test && $(PY) scripts/check.py && exec $(PY) scripts/test.py

check: ## 只做静态检查：格式、类型、分层、迁移、尺寸、词汇
	@$(PYTHON) scripts/setup.py test && exec $(PY) scripts/check.py

format: ## 按约定排版代码与页面模板
	@$(PYTHON) scripts/setup.py test && $(PY) -m ruff format . && $(PY) -m ruff check --fix . && exec $(PY) scripts/format_templates.py

bench: ## 量速度，结果写入 docs/benchmarks.md
	@$(PYTHON) scripts/setup.py bench && exec $(PY) -m benchmarks

soak: ## 性质测试每条最多 20 000 例，走查走全程，标 db 的在 PostgreSQL 上全部执行（很久）
	@$(PYTHON) scripts/setup.py test && exec $(PY) scripts/test.py --soak

mutate: ## 逐处改动代码看测试是否发现（rulebook、store、records、intake，很久）
	@$(PYTHON) scripts/setup.py test && exec $(PY) scripts/mutate.py
